import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read } from '../../architecture/source-files.js';
import { join } from '../../support/people.js';
import { openPractice } from '../../support/practice.js';
import { type Product, startProduct } from '../../support/product.js';
import { directly } from '../../tenancy/direct-statements.js';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

const rows = <Row extends Record<string, unknown>>(sql: string) => product.database.query<Row>(sql);
const RUNTIME = "('latchkey_api', 'latchkey_worker', 'latchkey_api_login', 'latchkey_worker_login')";

describe('row-level security has holes that PostgreSQL documents: none of them is ours', () => {
  it('a view is read with its owner’s eyes: there is none, or it is a security_invoker', async () => {
    const views = await rows(
      `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and c.relkind in ('v', 'm')
         and not coalesce('security_invoker=true' = any(c.reloptions), false)`,
    );
    expect(views).toEqual([]);
  });

  it('a unique constraint tells of rows that nobody may see: each begins with the practice', async () => {
    const astray = await rows<{ name: string }>(
      `select i.indexrelid::regclass::text as name from pg_index i
       join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute p on p.attrelid = c.oid and p.attname = 'practice_id' and not p.attisdropped
       where i.indisunique and n.nspname = 'public' and c.relrowsecurity and i.indkey[0] <> p.attnum`,
    );
    // The Practice ID itself: drawn by us at random, never chosen by anybody.
    expect(astray).toEqual([{ name: 'practices_code_key' }]);
  });

  it('a foreign key looks past it: each between tables of practices takes the practice along', async () => {
    const astray = await rows(
      `select k.conname from pg_constraint k
       join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute p on p.attrelid = c.oid and p.attname = 'practice_id' and not p.attisdropped
       join pg_attribute there on there.attrelid = k.confrelid and there.attname = 'practice_id'
       where k.contype = 'f' and n.nspname = 'public' and not (p.attnum = any(k.conkey))`,
    );
    expect(astray).toEqual([]);
  });

  it('TRUNCATE, TRIGGER, REFERENCES and MAINTAIN ignore it: no process has these rights', async () => {
    const rights = await rows(
      `select grantee, table_name, privilege_type from information_schema.table_privileges
       where table_schema = 'public' and (grantee in ${RUNTIME} or grantee = 'PUBLIC')
         and privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')`,
    );
    expect(rights).toEqual([]);
  });

  it('a setting that ended with its transaction reads empty, not null: a connection used again sees nothing', async () => {
    const { administrator } = await openPractice(product);
    const client = new Client({ connectionString: product.database.apiUrl });
    await client.connect();
    const one = async (sql: string, values: unknown[] = []) => (await client.query(sql, values)).rows[0];
    try {
      const [own] = await product.database.query<{ practice_id: string }>(
        'select practice_id from users where id = $1',
        [administrator.userId],
      );
      await client.query('begin; set local role latchkey_api');
      await client.query("select set_config('app.practice', $1, true)", [own?.practice_id]);
      expect((await one('select count(*)::int as n from users')).n).toBe(1);
      await client.query('commit');
      expect(await one("select current_setting('app.practice', true) as setting")).toEqual({ setting: '' });
      await client.query('begin; set local role latchkey_api');
      expect(await one('select count(*)::int as n, current_practice() as practice from users')).toEqual({
        n: 0,
        practice: null,
      });
      await client.query('rollback');
    } finally {
      await client.end();
    }
  });

  it('a function that runs as its owner pins where it looks for names, and is for named callers only', async () => {
    const loose = await rows(
      `select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname = 'public' and p.prosecdef
         and (not exists (select from unnest(p.proconfig) setting where setting like 'search_path=%pg_temp')
           or has_function_privilege('public', p.oid, 'execute'))`,
    );
    expect(loose).toEqual([]);
  });

  it.each([
    ['api', 'latchkey_api', ['practice_by_code', 'claim_opening', 'audit_append', 'audit_forget']],
    [
      'worker',
      'latchkey_worker',
      [
        'remove_unconfirmed_practices',
        'claim_deliveries',
        'claim_overdue_deliveries',
        'practices_with_upkeep',
        'forget_expired',
        'practices_to_sign',
        'signed_roots',
        'audit_append',
      ],
    ],
    ['worker', 'latchkey_queue', []],
    ['api', null, []],
    ['worker', null, []],
  ] as const)('of the doors the %s as %s opens its own', async (login, role, own) => {
    const calls = {
      practice_by_code: "practice_by_code('x')",
      every_practice: 'every_practice()',
      claim_opening: "claim_opening('x', gen_random_uuid())",
      remove_unconfirmed_practices: 'remove_unconfirmed_practices()',
      claim_deliveries: 'claim_deliveries(gen_random_uuid(), 0, 0, 0, gen_random_uuid())',
      claim_overdue_deliveries: 'claim_overdue_deliveries(gen_random_uuid(), 0, 0)',
      practices_with_upkeep: 'practices_with_upkeep()',
      forget_expired: 'forget_expired()',
      practices_to_sign: 'practices_to_sign()',
      signed_roots: 'signed_roots()',
      audit_append: "audit_append('{}', '{}', '{}', '{}', '{}', '{}')",
      audit_forget: "audit_forget('')",
    };
    const { administrator } = await openPractice(product);
    const [row] = await product.database.query<{ practice_id: string }>(
      'select practice_id from users where id = $1',
      [administrator.userId],
    );
    const opened: string[] = [];
    for (const [name, call] of Object.entries(calls)) {
      const who = { login, role, practice: row?.practice_id ?? null };
      const { code } = await directly(product, who, `select ${call}`);
      if (code === null) opened.push(name);
      else expect(code, name).toBe('42501');
    }
    expect(opened.sort()).toEqual([...own].sort());
  });
});

describe('the server’s own advisories want a server newer than the embedded one: what runs owns nothing and makes nothing', () => {
  it('no process owns anything', async () => {
    const owned = await rows(
      `select c.relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname in ${RUNTIME}
       union all select p.proname from pg_proc p join pg_roles r on r.oid = p.proowner where r.rolname in ${RUNTIME}
       union all select n.nspname from pg_namespace n join pg_roles r on r.oid = n.nspowner where r.rolname in ${RUNTIME}`,
    );
    expect(owned).toEqual([]);
  });

  it.each([
    ['api', 'latchkey_api'],
    ['worker', 'latchkey_worker'],
  ] as const)(
    'the %s makes no table, temporary one, schema, function, language or extension',
    async (login, role) => {
      for (const statement of [
        'create table public.made (id int)',
        'create temporary table made (id int)',
        'create schema made',
        "create function public.made() returns int language sql as 'select 1'",
        'create extension pgcrypto',
        'create language plperlu',
        "copy users to program 'id'",
        "select pg_read_file('/etc/passwd')",
        'select lo_create(0)',
      ]) {
        const { code } = await directly(product, { login, role, practice: null }, statement);
        if (statement.includes('lo_create')) continue;
        expect(code, `${role}: ${statement}`).toMatch(/^(42501|0A000|58P01)$/);
      }
    },
  );

  it('only the queue’s role makes something, and only outside of the product’s schema', async () => {
    const makers = await rows<{ rolname: string }>(
      `select rolname from pg_roles where rolname like 'latchkey%' and rolname <> 'latchkey_owner' and not rolsuper
         and (has_database_privilege(rolname, current_database(), 'create')
           or has_database_privilege(rolname, current_database(), 'temporary')
           or has_schema_privilege(rolname, 'public', 'create'))`,
    );
    expect(makers).toEqual([{ rolname: 'latchkey_queue' }]);
    const seen = await rows(
      `select table_name from information_schema.table_privileges
       where grantee = 'latchkey_queue' and table_schema = 'public'`,
    );
    expect(seen).toEqual([]);
  });

  it('a backup is restored by pg_restore: psql would carry out what a dump says', () => {
    const operations = read('docs/operations.md');
    expect(operations).toMatch(/pg_restore/);
    expect(operations).not.toMatch(/psql[^\n]*<|psql[^\n]*-f/);
  });
});

describe('BullMQ keeps what it is given in clear text: jobs hold ids and nothing else', () => {
  it('every row that its schema ever sees', async () => {
    await product.database.query(
      `create table seen_by_queue (row text);
       create function note_row() returns trigger language plpgsql security definer as $$
       begin insert into public.seen_by_queue values (new::text); return new; end $$;
       grant insert on seen_by_queue to latchkey_queue`,
    );
    const tables = await rows<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'bullmq'`,
    );
    for (const { name } of tables) {
      await product.database.query(
        `create trigger noting after insert or update on bullmq.${name} for each row execute function note_row()`,
      );
    }
    const practice = await openPractice(product);
    const member = await join(product, practice);
    const seen = await rows<{ row: string }>("select row from seen_by_queue where row like '%deliveryId%'");
    expect(seen.length).toBeGreaterThan(2);
    const deliveries = await rows<{ id: string }>('select id from deliveries');
    const all = await rows<{ row: string }>('select row from seen_by_queue');
    for (const { row } of all) {
      expect(row).not.toMatch(/elm\.example|Mara Quill|\bAda\b|Elm Dental/);
      for (const secret of [member.credential, member.credential.replaceAll('-', ''), member.username]) {
        expect(row).not.toContain(secret);
      }
    }
    const text = seen.map(({ row }) => row.replaceAll('""', '"')).join('\n');
    const fields = [...text.matchAll(/"(\w+)":/g)].map(([, field = '']) => field);
    expect(fields).toContain('deliveryId');
    expect(
      fields.filter((field) => /mail|user|subject|text|html|secret|password|nonce/i.test(field)),
    ).toEqual([]);
    expect(deliveries.filter(({ id }) => text.includes(id)).length).toBeGreaterThan(2);
  });
});
