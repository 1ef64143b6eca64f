import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuditedPractice, openAuditedPractice } from '../support/audit-files.js';
import { join } from '../support/people.js';
import { type Product, startProduct } from '../support/product.js';
import { transactionsOf } from '../support/transactions.js';

let product: Product;
let own: AuditedPractice;
beforeAll(async () => {
  product = await startProduct();
  own = await openAuditedPractice(product);
  // Nothing but what is asked for writes to the trail meanwhile.
  await product.stopWorker();
});
afterAll(() => product.stop());

const knock = () =>
  product.http
    .post('/api/v1/sessions')
    .send({ practiceId: own.practiceId, username: 'ada', password: 'not this one', transport: 'bearer' })
    .expect(401);

it('a transaction calls the chain once, with all its events and the refusals that it seals', async () => {
  await product.startWorker();
  const [erased, left] = [await join(product, own), await join(product, own)];
  await product.stopWorker();
  const { headers } = own.administrator;
  const acts: Record<string, () => PromiseLike<unknown>> = {
    'a search': () => product.http.get('/api/v1/audit-events').set(headers).expect(200),
    'a verification': () => product.http.get('/api/v1/audit-events/verification').set(headers).expect(200),
    'an export': () => product.http.get('/api/v1/audit-events/export?format=ndjson').set(headers).expect(200),
    'an erasure': () => product.http.post(`/api/v1/users/${erased.id}/erasure`).set(headers).expect(202),
    'a deactivation': () =>
      product.http
        .patch(`/api/v1/users/${left.id}`)
        .set(headers)
        .send({ status: 'deactivated', displayName: 'Left', roles: ['auditor'] })
        .expect(200),
  };
  for (const [what, act] of Object.entries(acts)) {
    await knock();
    const calls = (await transactionsOf(act)).map(
      (statements) => statements.filter((text) => text.includes('audit_append(')).length,
    );
    expect(Math.max(...calls), what).toBe(1);
  }
  const { body } = await product.http.get('/api/v1/audit-events/verification').set(headers).expect(200);
  expect(body).toMatchObject({ intact: true });
});

it('and who is erased is forgotten in what the same transaction seals', async () => {
  const shown = await product.database.query<{ left: number }>(
    `select count(*)::int as left from audit_personal p join users u
       on u.practice_id = p.practice_id and u.id::text = p.subject_id where u.erased_at is not null`,
  );
  expect(shown).toEqual([{ left: 0 }]);
});
