import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatPracticeId, practiceIdFromRandom } from '../../libs/contract/index.js';
import { openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';

// A statement is planned once per connection and then used for every practice (docs/decisions/0037).
const NOBODYS = formatPracticeId(practiceIdFromRandom(Uint8Array.from([3, 1, 4, 1, 5, 9, 2, 6, 5])));
const USERS = 2_000;
const ATTEMPTS = 12;
/** What strangers have looked up by their sign-ins, questions and answers. */
const LOOKED_UP = [
  'answer_attempts',
  'credentials',
  'passwords',
  'security_answers',
  'sign_in_attempts',
  'user_roles',
  'users',
];

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

const wrongPassword = (practiceId: string, name: number) =>
  product.http
    .post('/api/v1/sessions')
    .send({ practiceId, username: `nobody${name}`, password: 'not the right one', transport: 'bearer' })
    .expect(401);

async function rowsRead(): Promise<number> {
  // A connection tells what it has read with the first transaction that ends a second after the last report.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await wrongPassword(NOBODYS, 0);
  const [row] = await product.database.query<{ read: number }>(
    `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as read from pg_stat_user_tables
     where relname in ('users', 'passwords', 'credentials', 'user_roles')`,
  );
  return row?.read ?? Number.NaN;
}

it('a table that strangers have looked up counts each practice as average', async () => {
  const average = await product.database.query<{ name: string }>(
    `select t.relname as name from pg_attribute a join pg_class t on t.oid = a.attrelid
     where a.attname = 'practice_id' and a.attstattarget = 0
       and t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
     order by 1`,
  );
  expect(average.map(({ name }) => name)).toEqual(LOOKED_UP);
});

it('a sign-in reads its own account only, also where it was planned in a practice that has nobody', async () => {
  const { practiceId } = await openPractice(product);
  await product.database.query(
    `with made as (
       insert into users (practice_id, id, username, display_name, email, locale, status)
       select practice_id, gen_random_uuid(), 'made' || n, 'Made', 'made' || n || '@elm.example', 'en', 'active'
       from practices, generate_series(1, $1) n returning practice_id, id
     ) insert into passwords (practice_id, user_id, sealed) select practice_id, id, 'sealed' from made`,
    [USERS],
  );
  await product.database.query('analyze users, passwords, credentials, user_roles');
  // What the lines above have read is reported before anything is counted.
  await product.database.query('select pg_stat_force_next_flush()');
  for (let name = 0; name < ATTEMPTS; name += 1) await wrongPassword(NOBODYS, name);
  const before = await rowsRead();
  for (let name = 0; name < ATTEMPTS; name += 1) await wrongPassword(practiceId, name);
  expect((await rowsRead()) - before).toBeLessThan(ATTEMPTS * 10);
});
