import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { beginBulkReset, bulkReset, ended, plantPeople } from '../support/bulk-resets.js';
import { fileOf, imported, lineFor, upload } from '../support/imports.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
let practice: OpenedPractice;
let headers: { authorization: string };
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  headers = practice.administrator.headers;
});
afterAll(() => product.stop());

const CLAIMED = 'claimed_until > (select now() + make_interval(secs => offset_seconds) from clock)';
const count = async (where: string): Promise<number> => {
  const sql = `select count(*)::int as count from bulk_work where ${where}`;
  return (await product.database.query<{ count: number }>(sql))[0]?.count ?? 0;
};

/** Ten minutes in which the queue takes nothing, while the relay claims and claims. */
async function queueOutage(during: () => Promise<void>): Promise<void> {
  await product.database.query('revoke usage on schema bullmq from latchkey_queue');
  await during();
  for (let minute = 0; minute < 10; minute += 1) {
    await product.advance(60);
    await vi.waitFor(
      async () => {
        if ((await count(CLAIMED)) === 0) throw new Error('Nothing was claimed again');
      },
      { timeout: 10_000, interval: 20 },
    );
  }
  await product.database.query('grant usage on schema bullmq to latchkey_queue');
}

describe('a queue that is away for ten minutes', () => {
  it('fails nobody of an import who was never tried', async () => {
    let id = '';
    await queueOutage(async () => {
      const { body } = await upload(
        product,
        headers,
        fileOf(lineFor('amos'), lineFor('berta'), lineFor('carlo')),
      );
      id = body.id;
    });
    expect(await imported(product, headers, id)).toMatchObject({ created: 3, failed: 0 });
  }, 60_000);

  it('fails nobody of a bulk reset who was never tried', async () => {
    await plantPeople(product, practice, 12);
    const { body } = await beginBulkReset(product, headers, { role: 'staff', status: 'active' });
    const had = (done: number) =>
      vi.waitFor(async () => expect((await bulkReset(product, headers, body.id)).done).toBe(done), 10_000);
    await had(5);
    await queueOutage(() => product.advance(5));
    await had(10);
    await product.advance(5);
    expect(await ended(product, headers, body.id)).toMatchObject({ requested: 12, failed: 0 });
  }, 60_000);
});

describe('a backlog of large work', () => {
  it('is claimed a window at a time, so that no claim lapses while it waits behind others', async () => {
    const holder = new Client({ connectionString: product.database.adminUrl });
    await holder.connect();
    await holder.query('begin; lock table user_imports in access exclusive mode');
    await product.database.query(
      `insert into bulk_work (practice_id, id, kind)
       select practice_id, gen_random_uuid(), 'user-import' from users, generate_series(1, 30) where id = $1`,
      [practice.administrator.userId],
    );
    // Two steps wait for the lock, and their worker is told of more than it may claim.
    await vi.waitFor(async () => expect(await count('attempts = 1')).toBe(2), 10_000);
    for (let told = 0; told < 5; told += 1) await product.database.query('notify latchkey_bulk');
    await vi.waitFor(async () => expect(await count(CLAIMED)).toBe(4), 10_000);
    expect(await count('attempts > 1')).toBe(0);
    await holder.query('rollback');
    await holder.end();
    await vi.waitFor(async () => expect(await count('true')).toBe(0), { timeout: 20_000, interval: 50 });
  }, 60_000);
});
