import { Migration } from '@mikro-orm/migrations';
import { ownedBy } from './tenant-table.js';

/** Who may type commands on this installation. Written by the owner of the schema, and by nobody else. */
export class Operators extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- A row is never removed and a name never used again: practices' trails name operators.
      create table operators (
        name text primary key check (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
        role text not null check (role in ('operator', 'auditor')),
        token_digest bytea not null unique,
        created_at timestamptz not null,
        created_by text not null,
        revoked_at timestamptz,
        revoked_by text
      );
      grant select (name, role, token_digest, created_at, revoked_at) on operators to latchkey_door;

      -- Whose token this is, as long as it stands.
      create function operator_by_token(digest bytea)
        returns table (name text, role text, created_at timestamptz)
        language sql stable security definer set search_path = public, pg_temp as $$
        select o.name, o.role, o.created_at from operators o
        where o.token_digest = digest and o.revoked_at is null
      $$;

      -- From the first operator on, commands name one: also when all have been revoked since.
      create function operators_known(out ever boolean, out acting boolean)
        language sql stable security definer set search_path = public, pg_temp as $$
        select exists (select from operators),
          exists (select from operators where role = 'operator' and revoked_at is null)
      $$;

      -- Whether all of these may still act: what a revoked operator has begun is not carried on.
      create function operators_stand(names text[]) returns boolean
        language sql stable security definer set search_path = public, pg_temp as $$
        select not exists (select from unnest(names) as who where not exists (
          select from operators o where o.name = who and o.role = 'operator' and o.revoked_at is null))
      $$;
    `);
    this.addSql(ownedBy('latchkey_door', 'operator_by_token(bytea)', 'latchkey_api'));
    this.addSql(ownedBy('latchkey_door', 'operators_known()', 'latchkey_api'));
    this.addSql(ownedBy('latchkey_door', 'operators_stand(text[])', 'latchkey_api', 'latchkey_worker'));
  }
}
