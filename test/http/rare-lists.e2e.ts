import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';

const MANY = 5_000;

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  practice = await openPractice(product);
  await product.stopWorker();
  const { userId } = practice.administrator;
  await product.database.query(
    `insert into deliveries (practice_id, id, template, user_id, recipient, locale, time_zone, facts, deadline_at, state,
       finished_at)
     select practice_id, gen_random_uuid(), 'password-changed', id, email, 'en', 'UTC', '{}', now(), 'accepted', now()
     from users, generate_series(1, $2::int) where id = $1`,
    [userId, MANY],
  );
  await product.database.query(
    `insert into delivery_attempts (practice_id, delivery_id, number, at, outcome, reply)
     select practice_id, id, 1, now(), 'accepted', '250' from deliveries where template = 'password-changed'`,
  );
  await product.database.query(
    `insert into password_resets (practice_id, id, user_id, channel, state, requested_by_type)
     select practice_id, gen_random_uuid(), id, 'administrator', 'completed', 'user'
     from users, generate_series(1, $2::int) where id = $1`,
    [userId, MANY],
  );
  await product.database.query(
    `with failed as (
       insert into deliveries (practice_id, id, template, user_id, recipient, locale, time_zone, facts, deadline_at,
         state, finished_at)
       select practice_id, gen_random_uuid(), 'password-changed', id, email, 'en', 'UTC', '{}', now(), state, now()
       from users, unnest(array['failed', 'bounced']) state where id = $1 returning practice_id, id, state
     ) insert into delivery_attempts (practice_id, delivery_id, number, at, outcome, reply)
       select practice_id, id, 1, now(), case state when 'failed' then 'refused' else state end, '550' from failed`,
    [userId],
  );
  await product.database.query(
    `insert into password_resets (practice_id, id, user_id, channel, state, requested_by_type)
     select practice_id, gen_random_uuid(), id, channel, state, 'user' from users,
       (values ('administrator', 'failed'), ('bulk', 'completed')) as one (channel, state) where id = $1`,
    [userId],
  );
  await product.database.query('analyze deliveries, delivery_attempts, password_resets, outbox');
}, 60_000);
afterAll(() => product.stop());

const list = async (path: string): Promise<{ state: string }[]> =>
  (await product.http.get(`/api/v1/${path}`).set(practice.administrator.headers).expect(200)).body.items;
const scansOf = async (index: string): Promise<number> =>
  Number(
    (
      await product.database.query<{ idx_scan: string }>(
        'select idx_scan from pg_stat_user_indexes where indexrelname = $1',
        [index],
      )
    )[0]?.idx_scan,
  );

it.each([
  ['deliveries?state=failed', 'attempts_refused', 'failed'],
  ['deliveries?state=bounced', 'attempts_refused', 'bounced'],
  ['password-resets?state=failed', 'resets_in_rare_states', 'failed'],
  ['password-resets?channel=bulk', 'resets_of_rare_channels', 'completed'],
])('%s is found by %s, and not by reading the practice', async (path, index, state) => {
  const before = await scansOf(index);
  // Again and again: a server tells its figures late, and plans anew what it has planned five times.
  await vi.waitFor(
    async () => {
      expect((await list(path)).map((one) => one.state)).toEqual([state]);
      expect(await scansOf(index)).toBeGreaterThan(before + 6);
    },
    { timeout: 25_000, interval: 100 },
  );
});

it.each(['queued', 'sending', 'deferred'])(
  'deliveries?state=%s are those that have not ended',
  async (state) => {
    await product.database.query('delete from outbox');
    expect(await list(`deliveries?state=${state}`)).toEqual([]);
    await product.database.query(
      `with waiting as (
       insert into deliveries (practice_id, id, template, user_id, recipient, locale, time_zone, facts, deadline_at, state)
       select practice_id, gen_random_uuid(), 'password-changed', id, email, 'en', 'UTC', '{}', now(), $2
       from users where id = $1 returning practice_id, id
     ) insert into outbox (practice_id, delivery_id, job) select practice_id, id, 'notice' from waiting`,
      [practice.administrator.userId, state],
    );
    expect(await list(`deliveries?state=${state}`)).toMatchObject([{ state }]);
  },
);
