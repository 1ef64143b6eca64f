import { afterAll, beforeAll, expect, it } from 'vitest';
import { upkeep } from '../support/operators.js';
import { asAdministrator } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const guess = (practiceId: string, username: string) =>
  product.http
    .post('/api/v1/sessions')
    .send({ practiceId, username, password: 'a wrong guess at it' })
    .expect(401);

const refusals = () => product.database.query('select 1 from audit_refusals');

it('sessions that ended are forgotten', async () => {
  await asAdministrator(product, practice);
  await product.advance(3 * 86_400);
  await upkeep(product);
  expect(await product.database.query('select 1 from sessions')).toEqual([]);
});

it('guesses at many unknown names are one event of the minute they fell into', async () => {
  const names = ['anna', 'bert', 'cleo', 'dora', 'emil', 'finn', 'gwen', 'hugo'];
  for (const name of names) await guess(practice.practiceId, name);
  expect((await refusals()).length).toBeGreaterThan(1);
  await product.advance(180);
  await upkeep(product);
  const { headers } = await asAdministrator(product, practice);
  const { body } = await product.http
    .get('/api/v1/audit-events')
    .query({ action: 'session.refused' })
    .set(headers)
    .expect(200);
  const counts = body.items.map(({ changes }: { changes: { count: number } }) => changes.count);
  // The minute may have turned meanwhile.
  expect(counts.length).toBeLessThan(3);
  expect(counts.reduce((sum: number, count: number) => sum + count, 0)).toBe(names.length);
});

it('a practice that is gone, and one whose upkeep fails, keep nobody else waiting', async () => {
  const [first] = await product.database.query<{ practice_id: string }>('select practice_id from practices');
  const insert = (practiceId: string, body: string) =>
    product.database.query(
      `insert into audit_refusals (practice_id, bucket, action, account, body)
       select $1, now() + make_interval(secs => offset_seconds - 300), 'session.refused', 'unknown:1', $2
       from clock`,
      [practiceId, body],
    );
  await insert('00000000-0000-7000-8000-000000000001', '{}');
  await insert(first?.practice_id ?? '', 'no JSON');
  const other = await openPractice(product);
  await guess(other.practiceId, 'somebody');
  await product.advance(180);
  await upkeep(product);
  const left = await product.database.query<{ body: string }>('select body from audit_refusals');
  expect(left.map(({ body }) => body).sort()).toEqual(['no JSON', '{}']);
  await product.database.query("delete from audit_refusals where body = 'no JSON'");
  await product.advance(3 * 86_400);
  await upkeep(product);
  expect(await refusals()).toEqual([]);
});
