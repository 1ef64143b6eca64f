import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startProduct } from '../support/product.js';
import { DENIED, directly, expectNoStatementAcross, PROCESSES } from './direct-statements.js';
import { type Furnished, openTwoPractices, tenantTables } from './two-practices.js';

/** Every table with a `practice_id`, and whether its rows are a practice's own. */
const TENANT_TABLES = [
  'answer_attempts',
  'audit_archives',
  'audit_checkpoints',
  'audit_events',
  'audit_heads',
  'audit_holds',
  'audit_news',
  'audit_personal',
  'audit_refusals',
  'audit_retention',
  'audit_sink_cursors',
  'audit_trees',
  'bulk_reset_rows',
  'bulk_resets',
  'bulk_work',
  'credentials',
  'deliveries',
  'delivery_attempts',
  'delivery_failures',
  'given_answers',
  'kept_answers',
  'outbox',
  'own_wording_versions',
  'own_wordings',
  'password_resets',
  'passwords',
  'practices',
  'roles',
  'security_answers',
  'sessions',
  'sign_in_attempts',
  'spent_tickets',
  'support_grants',
  'user_import_rows',
  'user_imports',
  'user_roles',
  'users',
];
/** Reached by the doors' functions only: no row-level security, and no right for anybody else. */
const DOOR_TABLES = ['openings', 'operators'];

let product: Product;
let mine: Furnished;
let theirs: Furnished;
beforeAll(async () => {
  product = await startProduct();
  ({ mine, theirs } = await openTwoPractices(product));
});
afterAll(() => product.stop());

const as = (login: 'api' | 'worker', role: string | null, practice: string | null, statement: string) =>
  directly(product, { login, role, practice }, statement);

describe('the tables', () => {
  it('of tenants are all known here, with row-level security enabled and forced', async () => {
    const tables = await tenantTables(product);
    expect(tables.map(({ name }) => name).filter((name) => !DOOR_TABLES.includes(name))).toEqual(
      TENANT_TABLES,
    );
    for (const { name, enabled, forced } of tables) {
      if (DOOR_TABLES.includes(name)) continue;
      expect({ name, enabled, forced }).toEqual({ name, enabled: true, forced: true });
    }
    for (const table of DOOR_TABLES) {
      for (const [login, role] of PROCESSES) {
        for (const statement of ['select * from', 'delete from', 'truncate']) {
          expect((await as(login, role, mine.tenantId, `${statement} ${table}`)).code).toBe(DENIED);
        }
        const inserted = await as(login, role, mine.tenantId, `insert into ${table} default values`);
        expect(inserted.code).toBe(DENIED);
      }
    }
  });

  it.each(TENANT_TABLES)('%s shows and takes nothing across practices', (table) =>
    expectNoStatementAcross(product, table, mine, theirs),
  );
});

describe('the logins', () => {
  const logins = [
    { login: 'api', roles: ['latchkey_api'] },
    { login: 'worker', roles: ['latchkey_worker', 'latchkey_queue'] },
  ] as const;

  it.each(logins)('of the $login may do nothing before they take their role', async ({ login }) => {
    for (const table of TENANT_TABLES) {
      expect((await as(login, null, mine.tenantId, `select 1 from ${table}`)).code).toBe(DENIED);
    }
  });

  it.each(logins)('of the $login cannot become owner, audit or door', async ({ login }) => {
    for (const role of [
      'latchkey_owner',
      'latchkey_audit',
      'latchkey_archivist',
      'latchkey_auditor',
      'latchkey_door',
      'postgres',
    ]) {
      const { code } = await as(login, null, null, `set role ${role}`);
      expect(code, role).toMatch(/^(42501|22023)$/);
    }
    const other = login === 'api' ? ['latchkey_worker', 'latchkey_queue'] : ['latchkey_api'];
    for (const role of other) expect((await as(login, null, null, `set role ${role}`)).code).toBe(DENIED);
  });

  it('of the worker alone can write the signing key, and none can take it away', async () => {
    const allowed = (what: string) =>
      product.database.query(
        `select rolname from pg_roles
         where rolname like 'latchkey%' and not rolsuper and rolname <> 'latchkey_owner' and ${what}`,
      );
    const update = "has_any_column_privilege(rolname, 'audit_key', 'update')";
    expect(await allowed(update)).toEqual([{ rolname: 'latchkey_worker' }]);
    expect(await allowed("has_table_privilege(rolname, 'audit_key', 'delete, truncate')")).toEqual([]);
  });

  it.each(logins)('of the $login cannot rewrite the audit trail', async ({ login, roles }) => {
    for (const role of roles) {
      for (const table of ['audit_events', 'audit_heads', 'audit_personal']) {
        for (const statement of [
          `update ${table} set seq = seq`,
          `delete from ${table}`,
          `truncate ${table}`,
          `insert into ${table} (practice_id) values ('${mine.tenantId}')`,
          `alter table ${table} disable row level security`,
          `drop table ${table}`,
        ]) {
          expect((await as(login, role, mine.tenantId, statement)).code, statement).toBe(DENIED);
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
        const { code } = await as(found.login, role, mine.tenantId, statement);
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
