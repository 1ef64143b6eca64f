import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditedPractice, checked, grow, judged, openAuditedPractice } from '../support/audit-files.js';
import { join, type Member } from '../support/people.js';
import { PASSWORD } from '../support/practice.js';
import { expectFault, expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
let own: AuditedPractice;
let other: AuditedPractice;
let member: Member;
beforeAll(async () => {
  product = await startProduct();
  own = await openAuditedPractice(product);
  other = await openAuditedPractice(product);
  member = await join(product, own);
});
afterAll(() => product.stop());

const get = (query: object, headers = own.administrator.headers) =>
  product.http
    .get('/api/v1/audit-events/export')
    .query(query)
    .set(headers)
    .buffer(true)
    .parse((response, done) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => done(null, Buffer.concat(pieces)));
    });
const download = async (query: object) => {
  const response = await get(query).expect(200);
  return {
    headers: response.headers as Record<string, string>,
    text: (response.body as Buffer).toString('utf8'),
  };
};
const listed = async (query: object) => {
  const { body } = await product.http
    .get('/api/v1/audit-events')
    .query({ limit: 200, ...query })
    .set(own.administrator.headers)
    .expect(200);
  return body.items as {
    id: string;
    seq: number;
    action: string;
    outcome: string;
    changes: Record<string, unknown>;
  }[];
};

describe('an export over HTTP', () => {
  it('as NDJSON is intact for both verifiers, and holds all that the list shows', async () => {
    const before = await listed({});
    const { headers, text } = await download({ format: 'ndjson' });
    expect(headers['content-type']).toBe('application/x-ndjson');
    expect(headers['content-disposition']).toMatch(/^attachment; filename="audit-\d+\.ndjson"$/);
    expect(headers['cache-control']).toBe('no-store');
    expect(await judged(text, own.publicKey)).toEqual({ intact: true });
    for (const { id } of before) expect(text).toContain(id);
    expect(text).not.toContain(other.id);
  });

  it('is itself in the trail: who, which filters, the head, and the SHA-256 of what was handed out', async () => {
    for (const format of ['csv', 'ndjson'] as const) {
      const { headers, text } = await download({ format, action: 'user.created' });
      const events = await listed({ targetId: headers['x-latchkey-export'] });
      expect(events.map(({ action }) => action)).toEqual(['audit.export-finished', 'audit.exported']);
      const signed = format === 'csv' ? text : text.slice(0, text.lastIndexOf('{"manifest"'));
      expect(events[0]).toMatchObject({
        actor: { type: 'user', id: own.administrator.userId },
        outcome: 'success',
        changes: { entries: 2, sha256: createHash('sha256').update(signed).digest('hex') },
      });
      expect(events[1]?.changes).toMatchObject({
        format,
        filters: ['action'],
        head: { seq: expect.any(Number) },
      });
    }
  });

  it('holds what its filters let through, and shows when somebody has changed that', async () => {
    const { text } = await download({ format: 'ndjson', targetId: member.id });
    const entries = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event);
    expect(entries.map(({ event }) => event.id)).toEqual(
      (await listed({ targetId: member.id })).map(({ id }) => id).toReversed(),
    );
    expect(await checked(text, own.publicKey)).toMatchObject({ intact: true, entries: entries.length });
    // What anchors know cannot be compared with some of the entries, and is not said to have been.
    const { text: whole } = await download({ format: 'ndjson' });
    const { anchored, anchors } = await checked(text, own.publicKey, whole);
    expect({ anchored, compared: anchors.compared }).toEqual({ anchored: null, compared: 0 });
    expect(anchors.given).toBeGreaterThan(0);
    expect((await checked(text.replace('"success"', '"refused"'), own.publicKey)).intact).toBe(false);
    const lines = text.split('\n');
    expect((await checked(lines.toSpliced(1, 1).join('\n'), own.publicKey)).intact).toBe(false);
  });

  it('as CSV has a line for each event, and no cell that a spreadsheet takes for a formula', async () => {
    const count = (await listed({})).length;
    const formula = '=HYPERLINK("https://evil.example")';
    await product.database.query(
      `update audit_personal set shown = $1 where practice_id = $2 and seq = 2 and pointer = '/sourceAddress'`,
      [formula, own.id],
    );
    const { headers, text } = await download({ format: 'csv' });
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    const [head, ...rows] = text.trimEnd().split('\r\n');
    expect(head).toBe(
      'seq,at,action,outcome,actorType,actorId,targetType,targetId,sourceAddress,requestId,changes',
    );
    expect(rows.length).toBeGreaterThanOrEqual(count);
    expect(rows[0]).toMatch(/^1,\d{4}-.+Z,practice\.opened,success,anonymous,,practice,/);
    expect(text).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
    expect(text).not.toMatch(/(?:^|,)"?[=+@-]/m);
    // Shown, but not what the event commits to.
    const { body } = await product.http
      .get('/api/v1/audit-events/verification')
      .set(own.administrator.headers)
      .expect(200);
    expect(body).toMatchObject({ intact: false, fault: { from: 2, to: 2 } });
  });

  it('that breaks off is in the trail as one that failed', async () => {
    await grow(product, own.id, 30_000);
    const { app } = product;
    await app.listen(0, '127.0.0.1');
    const leave = new AbortController();
    const response = await fetch(`${await app.getUrl()}/api/v1/audit-events/export?format=ndjson`, {
      headers: own.administrator.headers,
      signal: leave.signal,
    });
    const reader = response.body?.getReader();
    await reader?.read();
    leave.abort();
    await expect
      .poll(() => listed({ targetId: response.headers.get('x-latchkey-export') ?? '' }), { timeout: 10_000 })
      .toMatchObject([{ action: 'audit.export-finished', outcome: 'failed' }, { action: 'audit.exported' }]);
  });

  it('is broken off within a second or so once the session has ended, also while nobody reads on', async () => {
    const { body } = await product.http
      .post('/api/v1/sessions')
      .send({ practiceId: own.practiceId, username: 'ada', password: PASSWORD, transport: 'bearer' })
      .expect(201);
    const headers = { authorization: `Bearer ${body.token}` };
    const response = await fetch(`${await product.app.getUrl()}/api/v1/audit-events/export?format=ndjson`, {
      headers,
    });
    const reader = response.body?.getReader();
    await reader?.read();
    await product.http.delete('/api/v1/sessions/current').set(headers).expect(204);
    await expect
      .poll(() => listed({ targetId: response.headers.get('x-latchkey-export') ?? '' }), { timeout: 20_000 })
      .toMatchObject([{ action: 'audit.export-finished', outcome: 'failed' }, { action: 'audit.exported' }]);
    const rest = async () => {
      for (let piece = await reader?.read(); !piece?.done; piece = await reader?.read());
    };
    await expect(rest()).rejects.toThrow();
  });

  it('is for those who may read the trail, and for formats that exist', async () => {
    expectProblem(
      await product.http.get('/api/v1/audit-events/export?format=csv').set(member.session.headers),
      403,
      'forbidden',
    );
    expectProblem(await product.http.get('/api/v1/audit-events/export?format=csv'), 401, 'unauthenticated');
    const { headers } = own.administrator;
    expectFault(await product.http.get('/api/v1/audit-events/export').set(headers), '/format');
    expectFault(await product.http.get('/api/v1/audit-events/export?format=xlsx').set(headers), '/format');
    expectFault(
      await product.http.get('/api/v1/audit-events/export?format=csv&limit=5').set(headers),
      '/limit',
    );
  });
});

describe('the events around one', () => {
  it('are a page with that event in its middle, from which older ones follow', async () => {
    const all = await listed({});
    const middle = all[20];
    const around = await listed({ around: middle?.seq, limit: 10 });
    expect(around).toEqual(all.slice(15, 25));
    const first = await listed({ around: 1, limit: 6 });
    expect(first.map(({ seq }) => seq)).toEqual([4, 3, 2, 1]);
  });
});
