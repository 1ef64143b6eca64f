import { Migration } from '@mikro-orm/migrations';
import { actingAs, executedBy } from './tenant-table.js';

/** Removing says by a code of its own that a hold keeps the trail, and drops the months that it has emptied. */
export class AuditRemoval extends Migration {
  override up(): void {
    this.#remove();
    this.#dropMonths();
  }

  /** As before, but for the code: LK001 is what the last administrator's trigger says. */
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
          raise exception 'the trail is on hold' using errcode = 'LK004';
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

  #dropMonths(): void {
    this.addSql(/* sql */ `
      -- Empty of every practice's entries, under a lock that nobody can append past. Its owner sees rows only
      -- while row-level security is not forced on it: a month that looks empty otherwise may be full.
      create function drop_audit_month(month text) returns boolean
        language plpgsql set search_path = public, pg_temp as $$
      declare
        part text;
        taken boolean;
      begin
        -- The whole before its parts, as everybody else takes them.
        lock table audit_events, audit_personal in access exclusive mode;
        foreach part in array array['audit_events_' || month, 'audit_personal_' || month] loop
          execute format('alter table %I no force row level security', part);
          execute format('select exists (select from %I)', part) into taken;
          execute format('alter table %I force row level security', part);
          if taken then return false; end if;
        end loop;
        execute format('drop table %I, %I', 'audit_events_' || month, 'audit_personal_' || month);
        return true;
      end $$;
      revoke all on function drop_audit_month(text) from public;

      -- Those that nobody keeps entries of any more, by the installation's clock. With little patience: whoever
      -- appends would queue behind the one who waits, and a deadlock (after 1 s) ends the archivist, not them.
      create function drop_empty_audit_months() returns integer
        language sql security definer set search_path = public, pg_temp set lock_timeout = '500ms' as $$
        select count(*) filter (where drop_audit_month(m.month))::integer from (
          select right(c.relname, 7) as month from pg_inherits i join pg_class c on c.oid = i.inhrelid
          where i.inhparent = 'audit_events'::regclass and c.relname ~ '^audit_events_\\d{4}_\\d{2}$'
          order by 1
        ) m, clock
        where to_date(m.month, 'YYYY_MM') + interval '1 month' <= (now()
          + make_interval(secs => offset_seconds, years => -6)) at time zone 'UTC'
      $$;
    `);
    this.addSql(executedBy('latchkey_owner', 'drop_empty_audit_months()', 'latchkey_archivist'));
  }
}
