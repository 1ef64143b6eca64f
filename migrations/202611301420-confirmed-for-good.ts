import { Migration } from '@mikro-orm/migrations';
import { actingAs } from './tenant-table.js';

/** A practice that was confirmed stays so: no statement of the API makes one that upkeep would clear away. */
export class ConfirmedForGood extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      revoke update on practices from latchkey_api;
      grant update (name, time_zone, locale, policy, status, updated_at, version) on practices to latchkey_api;

      -- Written by the trigger alone, and never taken back with the status.
      alter table practices add column confirmed_at timestamptz;
      alter table practices no force row level security;
      update practices set confirmed_at = updated_at where status = 'active';
      alter table practices force row level security;
      create function keep_confirmed() returns trigger language plpgsql as $$
      begin
        if new.status = 'pending' then
          raise exception 'practice % was confirmed', old.practice_id using errcode = 'check_violation';
        end if;
        new.confirmed_at := app_now();
        return new;
      end $$;
      create trigger keep_confirmed before update of status on practices
        for each row when (old.status <> new.status) execute function keep_confirmed();

      grant select (confirmed_at) on practices to latchkey_door;
      create policy door on audit_holds for select to latchkey_door using (true);
      grant select (practice_id) on audit_holds to latchkey_door;
    `);
    this.#remove();
  }

  /** As before, but for what is held or was ever confirmed. */
  #remove(): void {
    this.addSql(
      actingAs(
        'latchkey_door',
        /* sql */ `
      create or replace function remove_unconfirmed_practices() returns integer
        language sql security definer set search_path = public, pg_temp as $$
        -- Before the next statement looks: a hold that is just being written has been by then.
        select from practices where status = 'pending' and created_at < app_now() - interval '7 days' for update;
        with gone as (
          delete from practices p where status = 'pending' and confirmed_at is null
            and created_at < app_now() - interval '7 days'
            and not exists (select from audit_holds h where h.practice_id = p.practice_id)
          returning practice_id
        ), closed as (delete from openings where practice_id in (select practice_id from gone))
        select count(*)::integer from gone
      $$;
        `,
      ),
    );
  }
}
