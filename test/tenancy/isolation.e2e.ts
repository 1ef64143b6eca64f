import { Client, type QueryResult } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextMail } from '../support/mail.js';
import { defineRole, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, resetIn } from '../support/recovery.js';

/** Every table with a `practice_id`, and whether its rows are a practice's own. */
const TENANT_TABLES = [
  'answer_attempts',
  'audit_events',
  'audit_heads',
  'audit_refusals',
  'credentials',
  'deliveries',
  'delivery_attempts',
  'outbox',
  'password_resets',
  'passwords',
  'practices',
  'roles',
  'security_answers',
  'sessions',
  'spent_tickets',
  'user_roles',
  'users',
];
/** Reached by the doors' functions only: no row-level security, and no right for anybody else. */
const DOOR_TABLES = ['openings'];
const DENIED = '42501';

let product: Product;
let mine: OpenedPractice;
let theirs: OpenedPractice;
let member: Member;
let ids: { mine: string; theirs: string };

/** Two practices with a row in every table. */
beforeAll(async () => {
  product = await startProduct();
  mine = await openPractice(product);
  theirs = await openPractice(product);
  for (const practice of [theirs, mine]) {
    const { userId, headers } = practice.administrator;
    await defineRole(product, userId, 'clerk', ['user:read']);
    member = await join(product, practice);
    const { practiceId } = practice;
    await product.http
      .post('/api/v1/sessions')
      .send({ practiceId, username: 'ada', password: 'wrong' })
      .expect(401);
    await answerQuestion(product, { practiceId, username: member.username, answer: 'wrong' });
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
    await nextMail(product.mailbox, member.email, 'temporary-credential');
    await resetIn(product, headers, member.id, 'sent');
  }
  await product.stopWorker();
  for (const { administrator } of [mine, theirs]) {
    await product.http.patch('/api/v1/practice').set(administrator.headers).send({ name: 'Elm' }).expect(200);
    await product.http
      .put('/api/v1/me/security-question')
      .set(administrator.headers)
      .send({ currentPassword: PASSWORD, questionId: 'first-concert', answer: 'Some Band' })
      .expect(204);
  }
  const idOf = async ({ administrator }: OpenedPractice) => {
    const [row] = await product.database.query<{ practice_id: string }>(
      'select practice_id from users where id = $1',
      [administrator.userId],
    );
    return row?.practice_id ?? '';
  };
  ids = { mine: await idOf(mine), theirs: await idOf(theirs) };
});
afterAll(() => product.stop());

/** Runs statements in a transaction of one login, acting as a role, and rolls back. */
async function as(
  login: 'api' | 'worker',
  role: string | null,
  practice: string | null,
  statement: string,
  values: unknown[] = [],
): Promise<{ rows: QueryResult['rows']; count: number; code: string | null }> {
  const { apiUrl, workerUrl } = product.database;
  const client = new Client({ connectionString: login === 'api' ? apiUrl : workerUrl });
  await client.connect();
  try {
    await client.query('begin');
    if (role) await client.query(`set local role ${role}`);
    if (practice !== null) await client.query("select set_config('app.practice', $1, true)", [practice]);
    const { rows, rowCount } = await client.query(statement, values);
    return { rows, count: rowCount ?? 0, code: null };
  } catch (error) {
    return { rows: [], count: 0, code: (error as { code: string }).code };
  } finally {
    await client.end();
  }
}

describe('the routes', () => {
  it('with an id of another practice are 404, every one of them', async () => {
    const { headers } = mine.administrator;
    const first = async (path: string): Promise<string> => {
      const { body } = await product.http.get(path).set(theirs.administrator.headers).expect(200);
      return body.items[0].id;
    };
    const found: Record<string, string> = {
      users: theirs.administrator.userId,
      sessions: await first('/api/v1/sessions'),
      'password-resets': await first('/api/v1/password-resets'),
      deliveries: await first('/api/v1/deliveries'),
    };
    const { body } = await product.http.get('/api/openapi.json').expect(200);
    const called: string[] = [];
    for (const [path, methods] of Object.entries<object>(body.paths)) {
      if (!path.includes('{')) continue;
      const id = found[path.split('/')[3] ?? ''];
      if (!id) throw new Error(`${path} bears an id of a kind that this test does not know: add one`);
      for (const method of Object.keys(methods) as ('get' | 'post' | 'patch' | 'delete')[]) {
        const response = await product.http[method](path.replace('{id}', id))
          .set(headers)
          .send(method === 'patch' ? {} : undefined);
        expectProblem(response, 404, 'not_found');
        called.push(`${method} ${path}`);
      }
    }
    expect(called.length).toBeGreaterThanOrEqual(9);
  });

  it('list nothing of another practice', async () => {
    for (const path of ['users', 'password-resets', 'deliveries', 'audit-events', 'sessions']) {
      const { text } = await product.http
        .get(`/api/v1/${path}?limit=200`)
        .set(mine.administrator.headers)
        .expect(200);
      expect(text).not.toContain(theirs.administrator.userId);
      expect(text).not.toContain(ids.theirs);
    }
  });
});

describe('the tables', () => {
  it('of tenants are all known here, with row-level security enabled and forced', async () => {
    const tables = await product.database.query<{ name: string; enabled: boolean; forced: boolean }>(
      `select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'practice_id' and not a.attisdropped
       where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
       order by c.relname`,
    );
    expect(tables.map(({ name }) => name).filter((name) => !DOOR_TABLES.includes(name))).toEqual(
      TENANT_TABLES,
    );
    for (const { name, enabled, forced } of tables) {
      if (DOOR_TABLES.includes(name)) continue;
      expect({ name, enabled, forced }).toEqual({ name, enabled: true, forced: true });
    }
    for (const table of DOOR_TABLES) {
      for (const [login, role] of [
        ['api', 'latchkey_api'],
        ['worker', 'latchkey_worker'],
      ] as const) {
        expect((await as(login, role, ids.mine, `select * from ${table}`)).code).toBe(DENIED);
      }
    }
  });

  it.each(TENANT_TABLES)('%s shows and takes nothing across practices', async (table) => {
    const [total] = await product.database.query<{ n: number }>(
      `select count(*)::int as n from ${table} where practice_id = $1`,
      [ids.theirs],
    );
    expect(total?.n).toBeGreaterThan(0);
    for (const [login, role] of [
      ['api', 'latchkey_api'],
      ['worker', 'latchkey_worker'],
    ] as const) {
      const attempt = (practice: string | null, statement: string, values: unknown[] = [ids.theirs]) =>
        as(login, role, practice, statement, values);
      const count = `select count(*)::int as n from ${table} where practice_id = $1`;
      const own = await attempt(ids.theirs, count);
      if (own.code === null) expect(own.rows[0].n).toBe(total?.n);
      else expect(own.code).toBe(DENIED);
      for (const practice of [ids.mine, null, '']) {
        const seen = await attempt(practice, count);
        expect([DENIED, 0]).toContain(seen.code ?? seen.rows[0].n);
        for (const change of [
          `update ${table} set practice_id = practice_id where practice_id = $1`,
          `delete from ${table} where practice_id = $1`,
        ]) {
          const changed = await attempt(practice, change);
          expect([DENIED, 0], `${role}: ${change}`).toContain(changed.code ?? changed.count);
        }
        const inserted = await attempt(practice, `insert into ${table} (practice_id) values ($1)`);
        expect(inserted.code, `${role}: insert into ${table}`).toBe(DENIED);
      }
      const moved = await attempt(ids.mine, `update ${table} set practice_id = $1`);
      expect([DENIED, 0], `${role}: move ${table}`).toContain(moved.code ?? moved.count);
      const all = await attempt(ids.mine, `select count(*)::int as n from ${table} where practice_id <> $1`, [
        ids.mine,
      ]);
      expect([DENIED, 0]).toContain(all.code ?? all.rows[0].n);
    }
  });
});

describe('the logins', () => {
  const logins = [
    { login: 'api', roles: ['latchkey_api'] },
    { login: 'worker', roles: ['latchkey_worker', 'latchkey_queue'] },
  ] as const;

  it.each(logins)('of the $login may do nothing before they take their role', async ({ login }) => {
    for (const table of TENANT_TABLES) {
      expect((await as(login, null, ids.mine, `select 1 from ${table}`)).code).toBe(DENIED);
    }
  });

  it.each(logins)('of the $login cannot become owner, audit or door', async ({ login }) => {
    for (const role of ['latchkey_owner', 'latchkey_audit', 'latchkey_door', 'postgres']) {
      const { code } = await as(login, null, null, `set role ${role}`);
      expect(code, role).toMatch(/^(42501|22023)$/);
    }
    const other = login === 'api' ? ['latchkey_worker', 'latchkey_queue'] : ['latchkey_api'];
    for (const role of other) expect((await as(login, null, null, `set role ${role}`)).code).toBe(DENIED);
  });

  it.each(logins)('of the $login cannot rewrite the audit trail', async ({ login, roles }) => {
    for (const role of roles) {
      for (const table of ['audit_events', 'audit_heads']) {
        for (const statement of [
          `update ${table} set seq = seq`,
          `delete from ${table}`,
          `truncate ${table}`,
          `insert into ${table} (practice_id) values ('${ids.mine}')`,
          `alter table ${table} disable row level security`,
          `drop table ${table}`,
        ]) {
          expect((await as(login, role, ids.mine, statement)).code, statement).toBe(DENIED);
        }
      }
    }
  });

  it.each(logins)('of the $login cannot create tables or switch row-level security off', async (found) => {
    for (const role of found.roles) {
      for (const statement of [
        'create table mine (id int)',
        'create table public.mine (id int)',
        'create function mine() returns int language sql as $$ select 1 $$',
        'alter table users no force row level security',
        'create policy mine on users using (true)',
      ]) {
        const { code } = await as(found.login, role, ids.mine, statement);
        expect(code, `${role}: ${statement}`).toMatch(/^(42501|3F000)$/);
      }
    }
    for (const property of ['rolsuper', 'rolbypassrls', 'rolcreaterole', 'rolcreatedb', 'rolinherit']) {
      const [row] = await product.database.query<{ n: number }>(
        `select count(*)::int as n from pg_roles where rolname like 'latchkey%login' and ${property}`,
      );
      expect({ property, n: row?.n }).toEqual({ property, n: 0 });
    }
  });
});
