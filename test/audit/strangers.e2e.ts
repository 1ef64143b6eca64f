import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AttemptLimits } from '../../libs/admission/index.js';
import { Database } from '../../libs/database/index.js';
import { SessionStart } from '../../libs/users/session-start.js';
import { type AuditedPractice, openAuditedPractice } from '../support/audit-files.js';
import { PASSWORD } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

const STRANGER = { type: 'anonymous', id: null, sourceAddress: '192.0.2.9', requestId: null } as const;
/** Rows that one practice's unknown names can fill within a minute, whatever is poured in. */
const MOST_ROWS = 4_096;

let product: Product;
let own: AuditedPractice;
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000000' } });
  own = await openAuditedPractice(product);
  // Nothing is sealed before the test has looked.
  await product.stopWorker();
});
afterAll(() => product.stop());

const rowsLeft = async () => {
  const [row] = await product.database.query<{ rows: number; sum: number }>(
    `select count(*)::int as rows, coalesce(sum(count), 0)::int as sum from audit_refusals
     where practice_id = $1 and action = 'session.refused'`,
    [own.id],
  );
  return row as { rows: number; sum: number };
};
/** Rows of each minute. */
const minutesRows = async () => {
  const found = await product.database.query<{ bucket: Date; rows: number }>(
    `select bucket, count(distinct account)::int as rows from audit_refusals
     where practice_id = $1 and action = 'session.refused' group by bucket`,
    [own.id],
  );
  return new Map(found.map(({ bucket, rows }) => [bucket.getTime(), rows]));
};
/** Sign-ins under names that nobody has, once their passwords have been looked at. */
const fail = ({ app }: Product, usernames: readonly string[]) =>
  app.get(Database).inPractice(own.id, async () => {
    for (const username of usernames) {
      const practiceCode = own.practiceId.replace('-', '');
      const { account, device } = app.get(AttemptLimits).signIn(practiceCode, username, null);
      const limit = { name: '', quota: 1, windowSeconds: 1, remaining: 1, resetSeconds: null };
      const place = { account, device, stranger: true, admitted: true, limit };
      const proved = { practiceId: own.id, account: null, proof: null, place, device: null };
      const attempt = { practiceCode, username, password: '', deviceToken: null, userAgent: null };
      const bearer = { ...attempt, transport: 'bearer' } as const;
      await app.get(SessionStart).finish(STRANGER, bearer, proved, async () => undefined);
    }
  });
const knock = (username: string) =>
  product.http
    .post('/api/v1/sessions')
    .send({ practiceId: own.practiceId, username, password: 'nobody knows this one', transport: 'bearer' });
const counted = async () => {
  const { body } = await product.http
    .get('/api/v1/audit-events')
    .query({ action: 'session.refused', limit: 200 })
    .set(own.administrator.headers)
    .expect(200);
  const events = body.items as { changes: { count: number } }[];
  return { events: events.length, sum: events.reduce((sum, { changes }) => sum + changes.count, 0) };
};

describe('strangers at the door', { timeout: 120_000 }, () => {
  it('fill a bounded number of rows, and their events count each of them exactly', async () => {
    const poured = 100_000;
    // As the API's role, and as `AuditTrail.refuse` writes them: the same key for the same minute.
    await product.database.query(POUR.replace('$practice', own.id).replace('$count', String(poured)));
    // As sign-ins fail, without the slow hash: each with a name of its own, and through the key of the product.
    const noted = 5_000;
    const before = await minutesRows();
    for (let from = 0; from < noted; from += 500) {
      await fail(
        product,
        Array.from({ length: 500 }, (_, index) => `nobody-${from + index}`),
      );
    }
    const left = await rowsLeft();
    expect(left.sum).toBe(poured + noted);
    const rows = await minutesRows();
    expect(Math.max(...rows.values())).toBeGreaterThan(1_000);
    for (const [minute, count] of rows) {
      expect(count, String(minute)).toBeLessThanOrEqual(MOST_ROWS);
      expect(before.get(minute) ?? 0).toBeLessThanOrEqual(MOST_ROWS);
    }
    const { events, sum } = await counted();
    expect(sum).toBe(poured + noted);
    expect(events).toBeLessThanOrEqual(rows.size);
    expect(await rowsLeft()).toEqual({ rows: 0, sum: 0 });
  });

  it('share rows when their names are unknown, and never wait for the chain, whoever holds its head', async () => {
    const { sum: before } = await counted();
    const holder = new Client({ connectionString: product.database.adminUrl });
    await holder.connect();
    try {
      await holder.query('begin');
      await holder.query('select 1 from audit_heads where practice_id = $1 for update', [own.id]);
      const names = Array.from({ length: 30 }, (_, index) => `stranger-${index}`);
      for (const name of [...names, 'ada']) expectProblem(await knock(name), 401, 'invalid_credentials');
      expect((await rowsLeft()).sum).toBe(names.length + 1);

      let signedIn = false;
      const waiting = product.http
        .post('/api/v1/sessions')
        .send({ practiceId: own.practiceId, username: 'ada', password: PASSWORD, transport: 'bearer' })
        .then((response) => {
          signedIn = true;
          return response;
        });
      for (const name of names.slice(0, 5)) expectProblem(await knock(name), 401, 'invalid_credentials');
      expect(signedIn).toBe(false);
      await holder.query('rollback');
      expect((await waiting).status).toBe(201);
      expect((await counted()).sum - before).toBe(names.length + 1 + 5);
    } finally {
      await holder.end();
    }
  });
});

const POUR = `
  do $$
  begin
    set local role latchkey_api;
    perform set_config('app.practice', '$practice', true);
    for number in 1..$count loop
      insert into audit_refusals (practice_id, bucket, action, account, body)
        values (current_practice(), date_trunc('minute', app_now()), 'session.refused',
          'unknown:' || substr(md5(number::text), 1, 3),
          '{"action":"session.refused","actor":{"id":null,"type":"anonymous"},"at":"2026-11-23T00:00:00.000Z","changes":{},"id":"01a20ad0-c4f4-7a1b-b5f1-d0b74b1d2106","outcome":"refused","requestId":null,"sourceAddress":"192.0.2.9","target":null}')
        on conflict (practice_id, action, account, bucket) do update set count = audit_refusals.count + 1;
    end loop;
  end $$`;
