import { Migration } from '@mikro-orm/migrations';
import { actingAs, ownedBy, tenantTable } from './tenant-table.js';

/** Who keeps a whole trail, and who may let it go again. The table is written by these functions alone. */
export class AuditHolds extends Migration {
  override up(): void {
    this.#table();
    this.#operators();
    this.#holds();
    this.#remove();
  }

  #table(): void {
    this.addSql(/* sql */ `
      -- The practice's own hold and that of the operators stand each by itself: neither lifts the other's.
      create table audit_holds (
        practice_id uuid not null references practices on delete cascade,
        party text not null check (party in ('practice', 'operators')),
        since timestamptz not null,
        held_by text not null,
        reason text not null,
        lifting_by text,
        lifting_at timestamptz,
        primary key (practice_id, party),
        check ((lifting_by is null) = (lifting_at is null))
      );
      alter table audit_retention no force row level security;
      insert into audit_holds (practice_id, party, since, held_by, reason)
        select practice_id, 'operators', held_at, held_by, held_because from audit_retention
        where held_at is not null;
      alter table audit_retention force row level security;
      alter table audit_retention drop column held_at, drop column held_by, drop column held_because;
    `);
    this.addSql(
      tenantTable('audit_holds', {
        api: 'select',
        archivist: 'select',
        audit: 'select, insert, update, delete',
      }),
    );
  }

  #operators(): void {
    this.addSql(/* sql */ `
      grant select (name, role, created_at, revoked_at) on operators to latchkey_audit;

      -- Added before \`since\`: otherwise one of them could make up the other when needed.
      create function audit_must_operate(who text, since timestamptz) returns void
        language plpgsql stable security definer set search_path = public, pg_temp as $$
      begin
        if not exists (select from operators o where 'operator:' || o.name = who and o.role = 'operator'
            and o.revoked_at is null and o.created_at < since) then
          raise exception 'not an operator, or not since before' using errcode = 'LK017';
        end if;
      end $$;
    `);
    this.addSql(ownedBy('latchkey_audit', 'audit_must_operate(text, timestamptz)', 'latchkey_audit'));
  }

  #holds(): void {
    this.addSql(/* sql */ `
      -- Held anew: the new reason stands, and nobody is about to lift it any more.
      create function audit_hold(whose text, who text, why text) returns void
        language sql security definer set search_path = public, pg_temp as $$
        insert into audit_holds (practice_id, party, since, held_by, reason)
          values (current_practice(), whose, audit_clock(), who, why)
        on conflict (practice_id, party) do update set held_by = excluded.held_by, reason = excluded.reason,
          lifting_by = null, lifting_at = null
      $$;
      create function audit_hold_of(whose text) returns audit_holds
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        held audit_holds;
      begin
        select * into held from audit_holds where practice_id = current_practice() and party = whose for update;
        if not found then raise exception 'nothing is held' using errcode = 'LK015'; end if;
        return held;
      end $$;
      create function audit_ask_lifting(whose text, who text) returns void
        language plpgsql security definer set search_path = public, pg_temp as $$
      begin
        if (audit_hold_of(whose)).lifting_by is not null then
          raise exception 'asked for already' using errcode = 'LK016';
        end if;
        update audit_holds set lifting_by = who, lifting_at = audit_clock()
          where practice_id = current_practice() and party = whose;
      end $$;
      create function audit_lift(whose text, who text) returns void
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        held audit_holds := audit_hold_of(whose);
      begin
        if held.lifting_by is null then raise exception 'nothing is asked for' using errcode = 'LK012'; end if;
        if held.lifting_by = who then raise exception 'one alone' using errcode = 'LK014'; end if;
        delete from audit_holds where practice_id = current_practice() and party = whose;
      end $$;

      create function practice_holds(who uuid, why text) returns void
        language plpgsql security definer set search_path = public, pg_temp as $$
      begin
        perform audit_must_administer(who), audit_hold('practice', who::text, why);
      end $$;
      create function practice_asks_lifting(who uuid) returns void
        language plpgsql security definer set search_path = public, pg_temp as $$
      begin
        perform audit_must_administer(who), audit_ask_lifting('practice', who::text);
      end $$;
      create function practice_lifts(who uuid) returns void
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        asked text := (audit_hold_of('practice')).lifting_by;
      begin
        perform audit_must_administer(who);
        if asked is not null then perform audit_must_administer(asked::uuid); end if;
        perform audit_lift('practice', who::text);
      end $$;

      create function operators_hold(who text, why text) returns void
        language sql security definer set search_path = public, pg_temp as $$
        select audit_hold('operators', who, why)
      $$;
      -- The first who says so asks, the second lifts: what became of it is returned.
      create function operators_lift(who text) returns text
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        held audit_holds := audit_hold_of('operators');
      begin
        perform audit_must_operate(who, coalesce(held.lifting_at, 'infinity'));
        if held.lifting_by is null then
          perform audit_ask_lifting('operators', who);
          return 'requested';
        end if;
        perform audit_must_operate(held.lifting_by, 'infinity'), audit_lift('operators', who);
        return 'lifted';
      end $$;
    `);
    for (const inner of [
      'audit_hold(text, text, text)',
      'audit_hold_of(text)',
      'audit_ask_lifting(text, text)',
      'audit_lift(text, text)',
    ]) {
      this.addSql(ownedBy('latchkey_audit', inner, 'latchkey_audit'));
    }
    for (const signature of [
      'practice_holds(uuid, text)',
      'practice_asks_lifting(uuid)',
      'practice_lifts(uuid)',
    ]) {
      this.addSql(ownedBy('latchkey_audit', signature, 'latchkey_api'));
    }
    // With the owner's login: a flaw of the API cannot make up two operators.
    this.addSql(ownedBy('latchkey_audit', 'operators_hold(text, text)', 'latchkey_archivist'));
    this.addSql(ownedBy('latchkey_audit', 'operators_lift(text)', 'latchkey_archivist'));
  }

  /** As before, by the tables as they are now. */
  #remove(): void {
    this.addSql(
      actingAs(
        'latchkey_audit',
        /* sql */ `
      create or replace function audit_remove(upto bigint) returns void
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        practice uuid := current_practice();
        kept_since timestamptz;
      begin
        -- A hold is an event of the trail, and so is either seen here or comes after what is removed.
        perform from audit_heads where practice_id = practice for update;
        if exists (select from audit_holds where practice_id = practice) then
          raise exception 'the trail is on hold' using errcode = 'LK001';
        end if;
        if not exists (select from audit_archives where practice_id = practice and to_seq = upto
            and removed_at is null) or exists (select from audit_archives where practice_id = practice
            and to_seq < upto and removed_at is null) then
          raise exception 'not archived, or not next' using errcode = 'LK002';
        end if;
        kept_since := audit_clock() - make_interval(years => (audit_retention_held()).years);
        if exists (select from audit_events where practice_id = practice and seq <= upto and at >= kept_since) then
          raise exception 'to be kept for longer' using errcode = 'LK003';
        end if;
        delete from audit_personal where practice_id = practice and seq <= upto;
        delete from audit_events where practice_id = practice and seq <= upto;
        -- The one at its end stays: it signs what the rest goes on from.
        delete from audit_checkpoints where practice_id = practice and size < upto;
        update audit_archives set removed_at = app_now() where practice_id = practice and to_seq = upto;
      end $$;
        `,
      ),
    );
  }
}
