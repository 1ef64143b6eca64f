import { Client, type QueryResult } from 'pg';
import { expect } from 'vitest';
import type { Product } from '../support/product.js';
import type { Furnished } from './two-practices.js';

/** PostgreSQL's code for what a role may not do. */
export const DENIED = '42501';

/** Each process's login and the role that it takes for tenant data. */
export const PROCESSES = [
  ['api', 'latchkey_api'],
  ['worker', 'latchkey_worker'],
] as const;

export interface Outcome {
  rows: QueryResult['rows'];
  count: number;
  code: string | null;
}

interface Who {
  role: string | null;
  practice: string | null;
}

/** Runs a statement in a transaction of one login, acting as a role in a practice, and rolls back. */
export async function directly(
  product: Product,
  { login, ...who }: Who & { login: 'api' | 'worker' },
  statement: string,
  values: unknown[] = [],
): Promise<Outcome> {
  const client = await connected(product, login);
  try {
    return await rolledBack(client, who, statement, values);
  } finally {
    await client.end();
  }
}

async function connected({ database }: Product, login: 'api' | 'worker'): Promise<Client> {
  const client = new Client({ connectionString: login === 'api' ? database.apiUrl : database.workerUrl });
  await client.connect();
  return client;
}

async function rolledBack(
  client: Client,
  { role, practice }: Who,
  statement: string,
  values: unknown[],
): Promise<Outcome> {
  await client.query('begin');
  try {
    if (role) await client.query(`set local role ${role}`);
    if (practice !== null) await client.query("select set_config('app.practice', $1, true)", [practice]);
    const { rows, rowCount } = await client.query(statement, values);
    return { rows, count: rowCount ?? 0, code: null };
  } catch (error) {
    return { rows: [], count: 0, code: (error as { code: string }).code };
  } finally {
    await client.query('rollback');
  }
}

/** What reaches a practice's rows without naming any practice in a `where`, beside reading them. */
const changesOf = (table: string) => [
  `update ${table} set practice_id = practice_id where practice_id = $1`,
  `delete from ${table} where practice_id = $1`,
];

/** No statement on `table`, read or write, reaches rows of `theirs` from `mine` or from no practice at all. */
export async function expectNoStatementAcross(
  product: Product,
  table: string,
  mine: Furnished,
  theirs: Furnished,
): Promise<void> {
  const total = await rowsOf(product, table, theirs.tenantId);
  expect(total).toBeGreaterThan(0);
  for (const [login, role] of PROCESSES) {
    const client = await connected(product, login);
    const attempt: Attempt = (practice, statement, values = [theirs.tenantId]) =>
      rolledBack(client, { role, practice }, statement, values);
    try {
      const own = await attempt(theirs.tenantId, countOf(table));
      if (own.code === null) expect(own.rows[0].n).toBe(total);
      else expect(own.code).toBe(DENIED);
      await expectNothingReached(attempt, table, mine);
    } finally {
      await client.end();
    }
  }
}

type Attempt = (practice: string | null, statement: string, values?: unknown[]) => Promise<Outcome>;

const countOf = (table: string) => `select count(*)::int as n from ${table} where practice_id = $1`;

async function expectNothingReached(attempt: Attempt, table: string, mine: Furnished): Promise<void> {
  for (const practice of [mine.tenantId, null, '']) {
    const seen = await attempt(practice, countOf(table));
    expect([DENIED, 0]).toContain(seen.code ?? seen.rows[0].n);
    for (const change of changesOf(table)) {
      const changed = await attempt(practice, change);
      expect([DENIED, 0], change).toContain(changed.code ?? changed.count);
    }
    const inserted = await attempt(practice, `insert into ${table} (practice_id) values ($1)`);
    expect(inserted.code, `insert into ${table}`).toBe(DENIED);
  }
  const moved = await attempt(mine.tenantId, `update ${table} set practice_id = $1`);
  expect([DENIED, 0], `move ${table}`).toContain(moved.code ?? moved.count);
  const others = `select count(*)::int as n from ${table} where practice_id <> $1`;
  const all = await attempt(mine.tenantId, others, [mine.tenantId]);
  expect([DENIED, 0]).toContain(all.code ?? all.rows[0].n);
}

async function rowsOf({ database }: Product, table: string, tenantId: string): Promise<number> {
  const [row] = await database.query<{ n: number }>(
    `select count(*)::int as n from ${table} where practice_id = $1`,
    [tenantId],
  );
  return row?.n ?? 0;
}
