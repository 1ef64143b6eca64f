import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditVerification } from '../../libs/audit/index.js';
import { type AuditedPractice, grow, openAuditedPractice } from '../support/audit-files.js';
import { type Product, startProduct } from '../support/product.js';
import { transactionsOf } from '../support/transactions.js';

const EVENTS = 12_000;
const PIECES = 3;

let product: Product;
let own: AuditedPractice;
beforeAll(async () => {
  product = await startProduct();
  own = await openAuditedPractice(product);
  await product.stopWorker();
  for (let times = 0; times < 4; times += 1) await grow(product, own.id, EVENTS / 4);
});
afterAll(() => product.stop());

const verification = async () => {
  const { headers } = own.administrator;
  return (await product.http.get('/api/v1/audit-events/verification').set(headers).expect(200)).body;
};
const reads = (transactions: string[][]) =>
  transactions.map(
    (statements) =>
      statements.filter((text) => /select e\.seq, e\.body[^]*from audit_events/.test(text)).length,
  );

describe('verifying a long trail', () => {
  it('reads it in pieces, each in a transaction of its own', async () => {
    const read = reads(await transactionsOf(verification));
    expect(read.filter((count) => count > 0)).toEqual(Array(PIECES).fill(1));
  });

  it('is one walk for all who ask at the same time', async () => {
    const trail = product.app.get(AuditVerification);
    const ask = () => Promise.all([1, 2, 3].map(() => trail.verify(own.id)));
    const read = reads(await transactionsOf(ask));
    expect(read.filter((count) => count > 0)).toHaveLength(PIECES);
    expect((await trail.verify(own.id)).intact).toBe(true);
  });

  it('names an event whose columns say something else, also by a microsecond', async () => {
    for (const change of [
      "action = 'user.updated'",
      "at = at + interval '1 microsecond'",
      "actor_id = 'somebody'",
      "target_id = 'somebody'",
      "outcome = 'failed'",
      'id = gen_random_uuid()',
      "request_id = 'another'",
    ]) {
      const place = 'practice_id = $1 and seq = 6001';
      const [kept] = await product.database.query<Record<string, unknown>>(
        `select id, at::text, action, actor_id, target_id, outcome, request_id from audit_events where ${place}`,
        [own.id],
      );
      await product.database.query(`update audit_events set ${change} where ${place}`, [own.id]);
      expect((await verification()).fault, change).toEqual({
        from: 6_001,
        to: 6_001,
        what: 'not what the columns say that lists are filtered by',
      });
      await product.database.query(
        `update audit_events set id = $2, at = $3, action = $4, actor_id = $5, target_id = $6, outcome = $7,
           request_id = $8
         where ${place}`,
        [own.id, ...Object.values(kept ?? {})],
      );
      expect((await verification()).intact).toBe(true);
    }
  });

  it('names an event that is shown with something it does not commit to, or without it and without reason', async () => {
    const place = "practice_id = $1 and seq = 1 and pointer = '/sourceAddress'";
    await product.database.query(`create table kept as select * from audit_personal where ${place}`, [
      own.id,
    ]);
    const changes = {
      [`update audit_personal set shown = '192.0.2.1' where ${place}`]: 'that it does not commit to',
      [`update audit_personal set salt = salt || '\\x00' where ${place}`]: 'that it does not commit to',
      [`update audit_personal set pointer = '/changes/name' where ${place}`]: 'that it does not commit to',
      [`update audit_personal set at = at + interval '1 microsecond' where ${place}`]:
        'not what the columns say',
      [`delete from audit_personal where ${place}`]: 'of somebody who was never erased',
    };
    for (const [change, what] of Object.entries(changes)) {
      await product.database.query(change, [own.id]);
      expect((await verification()).fault, change).toEqual({
        from: 1,
        to: 1,
        what: expect.stringContaining(what),
      });
      await product.database.query('delete from audit_personal where practice_id = $1 and seq = 1', [own.id]);
      await product.database.query('insert into audit_personal select * from kept');
      expect((await verification()).intact).toBe(true);
    }
  });

  it('names an event that is none any more', async () => {
    const place = 'practice_id = $1 and seq = 6002';
    await product.database.query(`update audit_events set body = 'no JSON' where ${place}`, [own.id]);
    expect(await verification()).toMatchObject({ intact: false, fault: { from: 6_002, to: 6_002 } });
  });
});
