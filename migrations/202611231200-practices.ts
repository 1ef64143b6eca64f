import { Migration } from '@mikro-orm/migrations';
import { ownedBy } from './tenant-table.js';

/** Time, tenancy, practices and the two doors that lead to one without knowing it. */
export class Practices extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      revoke all on schema public from public;
      grant usage on schema public to latchkey_api, latchkey_worker, latchkey_audit, latchkey_door;

      -- Time moves by an offset in tests, never by sleeping; one row, 0 in production.
      create table clock (
        one boolean primary key default true check (one),
        offset_seconds double precision not null default 0
      );
      insert into clock default values;
      grant select on clock to latchkey_api, latchkey_worker, latchkey_audit, latchkey_door;

      -- Database.begin copies the offset into the transaction: a function without a query of its own is
      -- inlined wherever it is used.
      create function app_now() returns timestamptz language sql stable parallel safe as $$
        select now() + make_interval(secs =>
          coalesce(nullif(current_setting('app.clock_offset', true), ''), '0')::double precision)
      $$;

      -- '' and not null is what a finished transaction leaves behind: both mean "no practice".
      create function current_practice() returns uuid language sql stable parallel safe as $$
        select nullif(current_setting('app.practice', true), '')::uuid
      $$;

      create table practices (
        practice_id uuid primary key,
        code char(10) not null unique,
        name text not null,
        time_zone text not null,
        locale text not null,
        policy jsonb not null,
        status text not null default 'pending' check (status in ('pending', 'active')),
        created_at timestamptz not null default app_now(),
        updated_at timestamptz not null default app_now(),
        version integer not null default 1
      );
      alter table practices enable row level security;
      alter table practices force row level security;
      create policy practice on practices using (practice_id = current_practice())
        with check (practice_id = current_practice());
      create policy door on practices for select to latchkey_door using (true);
      grant select, insert, update on practices to latchkey_api;
      grant select on practices to latchkey_worker;
      grant select (practice_id, code, status, created_at) on practices to latchkey_door;

      -- Practice ID → practice: the only way from what people type to a tenant.
      create function practice_by_code(typed text) returns uuid
        language sql stable security definer set search_path = public, pg_temp as $$
        select practice_id from practices where code = typed
      $$;

      -- For the operator's own checks, such as verifying every chain: ids only, owner only.
      create function every_practice() returns setof uuid
        language sql stable security definer set search_path = public, pg_temp as $$
        select practice_id from practices order by practice_id
      $$;

      -- One opening per address and day. The digest is keyed: the table names nobody.
      create table openings (
        address_digest bytea primary key,
        practice_id uuid not null,
        mailed_at timestamptz not null
      );
      grant select, insert, update, delete on openings to latchkey_door;

      -- Nobody signed in for a week: the practice was never opened. Tenant rows go with it.
      create policy removal on practices for delete to latchkey_door using (status = 'pending');
      grant delete on practices to latchkey_door;
      create function remove_unconfirmed_practices() returns integer
        language sql security definer set search_path = public, pg_temp as $$
        with gone as (
          delete from practices where status = 'pending' and created_at < app_now() - interval '7 days'
          returning practice_id
        ), closed as (delete from openings where practice_id in (select practice_id from gone))
        select count(*)::integer from gone
      $$;

      -- 'new': go on with the given practice; 'again': mail the pending one again; 'recent': do nothing.
      create function claim_opening(digest bytea, candidate uuid, out outcome text, out practice uuid)
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare known openings;
      begin
        insert into openings values (digest, candidate, app_now()) on conflict do nothing;
        if found then outcome := 'new'; practice := candidate; return; end if;
        select * into known from openings where address_digest = digest for update;
        if known.mailed_at > app_now() - interval '1 day' then outcome := 'recent'; return; end if;
        if exists (select from practices p where p.practice_id = known.practice_id and p.status = 'pending') then
          outcome := 'again'; practice := known.practice_id;
        else
          outcome := 'new'; practice := candidate;
        end if;
        update openings set practice_id = practice, mailed_at = app_now() where address_digest = digest;
      end $$;
    `);
    this.addSql(ownedBy('latchkey_door', 'practice_by_code(text)', 'latchkey_api'));
    this.addSql(ownedBy('latchkey_door', 'every_practice()', 'latchkey_owner'));
    this.addSql(ownedBy('latchkey_door', 'claim_opening(bytea, uuid)', 'latchkey_api'));
    this.addSql(ownedBy('latchkey_door', 'remove_unconfirmed_practices()', 'latchkey_worker'));
  }
}
