import { Migration } from '@mikro-orm/migrations';
import { ownedBy } from './tenant-table.js';

/**
 * Who may say how long a trail is kept: longer at once, shorter by two administrators and after seven days.
 * The table is written by these functions alone.
 */
export class AuditTerms extends Migration {
  override up(): void {
    this.#tables();
    this.#clockAndPeople();
    this.#retention();
  }

  #tables(): void {
    this.addSql(/* sql */ `
      revoke insert, update on audit_retention from latchkey_api;
      grant insert, update on audit_retention to latchkey_audit;
      -- What was asked for stands beside what holds until its time has come.
      alter table audit_retention
        add column asked_years integer check (asked_years >= 6),
        add column asked_by uuid,
        add column asked_at timestamptz,
        add column confirmed_by uuid,
        add column confirmed_at timestamptz,
        add column effective_at timestamptz,
        add constraint asked_for_less check (asked_years < years),
        add constraint asked_by_somebody check ((asked_years is null) = (asked_by is null)
          and (asked_years is null) = (asked_at is null)),
        add constraint two_administrators check (confirmed_by <> asked_by),
        add constraint confirmed_after_asked check (confirmed_by is null or asked_by is not null),
        add constraint announced_seven_days_before check (effective_at >= confirmed_at + interval '7 days'),
        add constraint confirmed_means_by_whom check ((effective_at is null) = (confirmed_by is null)
          and (effective_at is null) = (confirmed_at is null));
    `);
  }

  #clockAndPeople(): void {
    this.addSql(/* sql */ `
      grant select (practice_id, id, status) on users to latchkey_audit;
      grant select (practice_id, user_id, role_key) on user_roles to latchkey_audit;

      -- The installation's clock, from its table: app_now() is what a session says of it.
      create function audit_clock() returns timestamptz language sql stable
        security definer set search_path = public, pg_temp as $$
        select now() + make_interval(secs => offset_seconds) from clock
      $$;

      create function audit_must_administer(who uuid) returns void
        language plpgsql stable security definer set search_path = public, pg_temp as $$
      begin
        if not exists (select from users u join user_roles r
            on r.practice_id = u.practice_id and r.user_id = u.id and r.role_key = 'administrator'
            where u.practice_id = current_practice() and u.id = who and u.status = 'active') then
          raise exception 'not an administrator' using errcode = 'LK010';
        end if;
      end $$;
    `);
    // Called by their owner's functions only.
    this.addSql(ownedBy('latchkey_audit', 'audit_clock()', 'latchkey_audit'));
    this.addSql(ownedBy('latchkey_audit', 'audit_must_administer(uuid)', 'latchkey_audit'));
  }

  #retention(): void {
    this.addSql(/* sql */ `
      -- The row, alone; a lowering whose time has come is what holds now.
      create function audit_retention_held() returns audit_retention
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        kept audit_retention;
      begin
        insert into audit_retention (practice_id) values (current_practice()) on conflict do nothing;
        update audit_retention set years = asked_years, asked_years = null, asked_by = null, asked_at = null,
          confirmed_by = null, confirmed_at = null, effective_at = null
          where practice_id = current_practice() and effective_at <= audit_clock();
        select * into kept from audit_retention where practice_id = current_practice() for update;
        return kept;
      end $$;

      -- More acts at once, and ends what was asked for; less is asked for.
      create function audit_retain(wanted integer, who uuid) returns text
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        kept audit_retention := audit_retention_held();
      begin
        perform audit_must_administer(who);
        if wanted = kept.years then return 'same'; end if;
        if wanted > kept.years then
          update audit_retention set years = wanted, asked_years = null, asked_by = null, asked_at = null,
            confirmed_by = null, confirmed_at = null, effective_at = null
            where practice_id = current_practice();
          return 'raised';
        end if;
        if kept.asked_years is not null then
          raise exception 'a lowering is asked for already' using errcode = 'LK011';
        end if;
        update audit_retention set asked_years = wanted, asked_by = who, asked_at = audit_clock()
          where practice_id = current_practice();
        return 'requested';
      end $$;

      -- By another administrator, who says how many years they have read; returns from when on it acts.
      create function audit_retain_confirm(wanted integer, who uuid) returns timestamptz
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        kept audit_retention := audit_retention_held();
        acts_at timestamptz := audit_clock() + interval '7 days';
      begin
        perform audit_must_administer(who);
        if kept.asked_years is distinct from wanted then
          raise exception 'not what is asked for' using errcode = 'LK012';
        end if;
        if kept.confirmed_by is not null then
          raise exception 'confirmed already' using errcode = 'LK013';
        end if;
        if kept.asked_by = who then
          raise exception 'one administrator alone' using errcode = 'LK014';
        end if;
        perform audit_must_administer(kept.asked_by);
        update audit_retention set confirmed_by = who, confirmed_at = audit_clock(), effective_at = acts_at
          where practice_id = current_practice();
        return acts_at;
      end $$;

      create function audit_retain_cancel(who uuid) returns integer
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        kept audit_retention := audit_retention_held();
      begin
        perform audit_must_administer(who);
        if kept.asked_years is null then
          raise exception 'nothing is asked for' using errcode = 'LK012';
        end if;
        update audit_retention set asked_years = null, asked_by = null, asked_at = null, confirmed_by = null,
          confirmed_at = null, effective_at = null where practice_id = current_practice();
        return kept.asked_years;
      end $$;
    `);
    this.addSql(ownedBy('latchkey_audit', 'audit_retention_held()', 'latchkey_audit'));
    this.addSql(ownedBy('latchkey_audit', 'audit_retain(integer, uuid)', 'latchkey_api'));
    this.addSql(ownedBy('latchkey_audit', 'audit_retain_confirm(integer, uuid)', 'latchkey_api'));
    this.addSql(ownedBy('latchkey_audit', 'audit_retain_cancel(uuid)', 'latchkey_api'));
  }
}
