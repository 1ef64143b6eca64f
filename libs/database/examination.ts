import { Client } from 'pg';
import { DATABASE_ROLES } from './roles.js';

type Role = (typeof DATABASE_ROLES)[number];

/** A login that processes connect with, and what it is for. */
export interface ExaminedLogin {
  url: string;
  must: readonly Role[];
  /** Where one login serves several processes. */
  may?: readonly Role[];
}

/** What a server tells of itself to whoever may connect. */
export interface DatabaseFacts {
  version: string;
  /** As PostgreSQL counts: 150004 is 15.4. */
  versionNumber: number;
  /** By how much its clock is before this machine's. */
  secondsAhead: number;
  /** Where roles, grants and row-level security are not what this version makes of them, in words. */
  astray: string[];
}

/** Catalogs only: no practice's row is read, and no role is taken. */
const ASTRAY = `
  with logins as (
    select r.oid, r.rolname as login, l.must, l.may from jsonb_to_recordset($1::jsonb) as l (login text, must text[], may text[])
      join pg_roles r on r.rolname = l.login
  ), groups as (select r.oid, r.rolname as role from pg_roles r where r.rolname = any($2::text[])),
  running as (
    select r.oid, r.rolname as role, r.rolsuper or r.rolbypassrls as above from pg_roles r
      where r.oid in (select l.oid from logins l) or r.rolname in ('latchkey_api', 'latchkey_worker', 'latchkey_queue')
  ), tables as (select c.* from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p'))
  select format('the role %s is missing', name) as fault from unnest($2::text[]) as name
    where name not in (select g.role from groups g)
  union all select format('%s is a superuser or bypasses row-level security', r.role) from running r where r.above
  union all select format('%s cannot act as %s', l.login, g.role) from logins l join groups g on g.role = any(l.must)
    where not pg_has_role(l.oid, g.oid, 'member')
  union all select format('%s can act as %s', l.login, g.role) from logins l join groups g
    on g.role <> all(l.must || l.may) where pg_has_role(l.oid, g.oid, 'member')
  union all select format('%s owns %s', r.role, t.relname) from running r join tables t on t.relowner = r.oid
  union all select format('%s may truncate %s', r.role, t.relname) from running r
    join tables t on t.relowner <> r.oid and has_table_privilege(r.oid, t.oid, 'truncate') where not r.above
  union all select format('row-level security is not forced on %s', t.relname) from tables t
    join pg_attribute p on p.attrelid = t.oid and p.attname = 'practice_id' and not p.attisdropped
    where not (t.relrowsecurity and t.relforcerowsecurity) and exists (select from running r
      where has_any_column_privilege(r.oid, t.oid, 'select, insert, update') or has_table_privilege(r.oid, t.oid, 'delete'))
  order by fault`;

/** Looks at the server and the installation's roles by the first login. @throws Error when it cannot connect */
export async function examineDatabase(logins: readonly ExaminedLogin[]): Promise<DatabaseFacts> {
  const client = new Client({ connectionString: logins[0]?.url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const asked = Date.now();
    const { rows } = await client.query<{ number: number; version: string; at: Date }>(
      `select current_setting('server_version_num')::integer as number, clock_timestamp() as at,
         split_part(current_setting('server_version'), ' ', 1) as version`,
    );
    const answered = Date.now();
    const known = logins.map(({ url, must, may = [] }) => ({ login: userOf(url), must, may }));
    const astray = await client.query<{ fault: string }>(ASTRAY, [JSON.stringify(known), DATABASE_ROLES]);
    const at = rows[0]?.at.getTime() ?? Number.NaN;
    return {
      version: rows[0]?.version ?? '',
      versionNumber: rows[0]?.number ?? 0,
      secondsAhead: (at - (asked + answered) / 2) / 1_000,
      astray: astray.rows.map(({ fault }) => fault),
    };
  } finally {
    await client.end();
  }
}

const userOf = (url: string): string => decodeURIComponent(new URL(url).username);
