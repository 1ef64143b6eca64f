import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditKeys, AuditRounds, AuditTrail } from '../../libs/audit/index.js';
import { Database } from '../../libs/database/index.js';
import { SYSTEM } from '../../libs/runtime/index.js';
import { AuditPublicKey, KeyRing } from '../../libs/secrets/index.js';
import { asAdministrator } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-anchors-'));
const file = join(folder, 'anchors.ndjson');
const keys = KeyRing.generate();
const posted: string[] = [];
let answer = 204;
let receiver: Server;
let product: Product;
let practice: OpenedPractice;
let tenant: string;
beforeAll(async () => {
  receiver = createServer((request, reply) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      if (answer === 204) posted.push(body);
      reply.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  product = await startProduct({
    env: {
      AUDIT_ANCHORS: `${pathToFileURL(file).href},http://127.0.0.1:${port}/anchors`,
      LATCHKEY_KEYS: keys,
    },
  });
  practice = await openPractice(product);
  const [row] = await product.database.query<{ practice_id: string }>(
    'select practice_id from users where id = $1',
    [practice.administrator.userId],
  );
  tenant = row?.practice_id ?? '';
});
afterAll(async () => {
  await product.stop();
  await new Promise((resolve) => receiver.close(resolve));
  rmSync(folder, { recursive: true });
});

const round = () => product.worker?.get(AuditRounds).run();
const notes = () =>
  product.database.query<{ size: string; note: string }>(
    'select size, note from audit_checkpoints where practice_id = $1 order by size',
    [tenant],
  );
const verification = async () => {
  const { headers } = await asAdministrator(product, practice);
  const { body } = await product.http.get('/api/v1/audit-events/verification').set(headers).expect(200);
  return body;
};
/** Events of the product's own, in one transaction. */
const grow = (count: number) =>
  product.app.get(Database).inPractice(tenant, async () => {
    for (let index = 0; index < count; index += 1) {
      product.app.get(AuditTrail).record({ action: 'practice.updated', actor: SYSTEM });
    }
  });

describe('checkpoints', () => {
  it('sign every trail within a minute, with a key that is made once', async () => {
    await round();
    const [first] = await notes();
    expect(first?.note).toMatch(/^latchkey\/[0-9a-f]{16}\/[0-9a-f-]{36}\n\d+\n[\w+/]{43}=\n\n— latchkey\//);
    const { publicKey, signed, intact } = await verification();
    expect(AuditPublicKey.fromPem(publicKey)?.open(first?.note ?? '')).toContain(
      `${tenant}\n${first?.size}\n`,
    );
    expect({ signed, intact }).toEqual({ signed: Number(first?.size), intact: true });
    await round();
    expect(await notes()).toHaveLength(1);
    await product.advance(60);
    await round();
    const all = await notes();
    expect(all).toHaveLength(2);
    expect(Number(all[1]?.size)).toBeGreaterThan(Number(first?.size));
    expect(await product.database.query('select 1 from audit_key')).toHaveLength(1);
  });

  it('come at every thousandth event, without waiting for the minute', async () => {
    await grow(2_100);
    await round();
    const sizes = (await notes()).map(({ size }) => Number(size));
    expect(sizes).toEqual(expect.arrayContaining([1_000, 2_000]));
    expect(sizes.at(-1)).toBeGreaterThan(2_100);
    expect(await verification()).toMatchObject({ intact: true, fault: null });
  });

  it('do not go on from a past that was rewritten: not with another tree, not without what was signed', async () => {
    await product.database.query('create table old_tree as select * from audit_trees');
    await grow(1);
    await product.advance(60);
    await round();
    await product.database.query('create table kept_tree as select * from audit_trees');
    await grow(1_000);
    const before = (await notes()).length;
    const spoil = async (sql: string, repair: string) => {
      await product.database.query(sql, [tenant]);
      await round();
      expect(await notes()).toHaveLength(before);
      await product.database.query(repair, [tenant]);
    };
    const tree =
      'update audit_trees set edge = set_byte(edge, 0, get_byte(edge, 0) # 1) where practice_id = $1';
    await spoil(tree, tree);
    // Taken back to what was signed before, and taken away: another past would be signed on top.
    for (const taken of [
      'update audit_trees t set size = o.size, edge = o.edge from old_tree o',
      'delete from audit_trees t',
    ]) {
      await spoil(
        `${taken} where t.practice_id = $1`,
        `insert into audit_trees select * from kept_tree where practice_id = $1
         on conflict (practice_id) do update set size = excluded.size, edge = excluded.edge`,
      );
    }
    const last = '(select max(seq) from audit_events where practice_id = $1)';
    await product.database.query('create table kept as select * from audit_events');
    await spoil(
      `delete from audit_events where practice_id = $1 and seq = ${last} - 10`,
      'insert into audit_events select * from kept k where practice_id = $1 on conflict do nothing',
    );
    await round();
    expect((await notes()).length).toBeGreaterThan(before);
    expect(await verification()).toMatchObject({ intact: true });
  });

  it('name the stretch between two signatures in which a chain was rewritten', async () => {
    await product.database.query(
      'create table kept_links as select * from audit_events where practice_id = $1',
      [tenant],
    );
    await product.database.query(
      `do $$ declare event record; before bytea; begin
         select hash into before from audit_events where practice_id = '${tenant}' and seq = 1499;
         for event in select * from audit_events where practice_id = '${tenant}' and seq >= 1500 order by seq loop
           before := sha256('\\x00'::bytea || before || int8send(event.seq) ||
             convert_to(event.body || case event.seq when 1500 then ' ' else '' end, 'UTF8'));
           update audit_events set hash = before, body = body || case seq when 1500 then ' ' else '' end
             where practice_id = event.practice_id and seq = event.seq;
         end loop;
         update audit_heads set hash = before where practice_id = '${tenant}';
       end $$`,
    );
    expect(await verification()).toMatchObject({ intact: false, fault: { from: 1_001, to: 2_000 } });
    await product.database.query('delete from audit_events where practice_id = $1', [tenant]);
    await product.database.query('insert into audit_events select * from kept_links');
    await product.database.query(
      `update audit_heads h set hash = e.hash from audit_events e
       where e.practice_id = h.practice_id and e.seq = h.seq and h.practice_id = $1`,
      [tenant],
    );
  });
});

describe('anchors', () => {
  const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n');

  it('leave the house once an hour, whichever worker comes first, to every place', async () => {
    expect(lines()).toHaveLength(1);
    expect(posted).toEqual(lines());
    await round();
    expect(lines()).toHaveLength(1);
    await product.advance(3_600);
    await Promise.all([round(), round()]);
    expect(lines()).toHaveLength(2);
    const { practices, checkpoint } = JSON.parse(lines()[1] ?? '');
    expect(practices).toContainEqual([tenant, Number((await notes()).at(-1)?.size), expect.any(String)]);
    expect(checkpoint).toMatch(/^latchkey\/[0-9a-f]{16}\n1\n/);
  });

  it('are owed to a place that could not take them, and to no other', async () => {
    answer = 500;
    await product.advance(3_600);
    await round();
    expect(lines()).toHaveLength(3);
    expect(posted).toHaveLength(2);
    answer = 204;
    await round();
    expect(lines()).toHaveLength(3);
    expect(posted).toEqual(lines());
  });

  it('are owed by whichever worker comes next, when the one that could not carry them is gone', async () => {
    answer = 500;
    await product.advance(3_600);
    await round();
    expect(lines()).toHaveLength(4);
    expect(posted).toHaveLength(3);
    await product.stopWorker();
    answer = 204;
    await product.startWorker();
    await round();
    expect(lines()).toHaveLength(4);
    expect(posted).toEqual(lines());
  });

  it('stand on a line of their own, also behind one whose writing broke off', async () => {
    truncateSync(file, statSync(file).size - 100);
    await product.advance(3_600);
    await round();
    expect(lines()).toHaveLength(5);
    expect(lines().at(-1)).toBe(posted.at(-1));
  });
});

describe('the signing key, once the roots were rotated,', () => {
  const rotated = `${KeyRing.generate().replace('k1', 'k2')},${keys}`;
  const sealed = async () => {
    const rows = await product.database.query<{ sealed: string }>('select sealed from audit_key');
    return rows.map((row) => row.sealed);
  };

  it('is used by the API as it is, and sealed anew by the worker without anything having happened', async () => {
    await round();
    const { publicKey } = await verification();
    const [before] = await sealed();
    const api = await product.openApi({ LATCHKEY_KEYS: rotated });
    const used = await api
      .get(Database)
      .inPractice(tenant, async () => (await api.get(AuditKeys).current()).public.pem);
    await api.close();
    expect([used, ...(await sealed())]).toEqual([publicKey, before]);
    await product.stopWorker();
    await product.startWorker({ LATCHKEY_KEYS: rotated });
    await round();
    expect(await sealed()).toEqual([expect.stringMatching(/^k2\./)]);
  });
});
