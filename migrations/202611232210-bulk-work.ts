import { Migration } from '@mikro-orm/migrations';
import { ownedBy, tenantTable } from './tenant-table.js';

/** Large work, done a step at a time: what of it is still to be done, whatever becomes of the queue. */
export class BulkWork extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table bulk_work (
        practice_id uuid not null references practices on delete cascade,
        id uuid not null,
        kind text not null check (kind in ('user-import', 'bulk-password-reset')),
        due_at timestamptz not null default app_now(),
        claimed_until timestamptz,
        -- Begun without having ended well since the last step that did.
        attempts integer not null default 0,
        primary key (practice_id, id)
      ) with (fillfactor = 50);
      create index bulk_work_due on bulk_work (due_at);
      create policy door on bulk_work to latchkey_door using (true) with check (true);
      grant select, update on bulk_work to latchkey_door;

      create function bulk_work_wake() returns trigger language plpgsql as $$
      begin
        perform pg_notify('latchkey_bulk', '');
        return null;
      end $$;
      create trigger bulk_work_wake after insert or update of due_at on bulk_work
        for each statement execute function bulk_work_wake();

      -- Claims the steps that are due, the longest waiting first: whoever has had a step goes to the end. Returns
      -- ids only; a claim that is not worked off in time lapses.
      create function claim_bulk_work(most integer, claim_seconds integer)
        returns table (practice_id uuid, id uuid, kind text)
        language sql security definer set search_path = public, pg_temp as $$
        with due as (
          select w.practice_id, w.id from bulk_work w
          where w.due_at <= app_now() and (w.claimed_until is null or w.claimed_until < app_now())
          order by w.due_at limit most for update skip locked
        )
        update bulk_work w set attempts = w.attempts + 1,
          claimed_until = app_now() + make_interval(secs => claim_seconds)
        from due where w.practice_id = due.practice_id and w.id = due.id
        returning w.practice_id, w.id, w.kind
      $$;
    `);
    this.addSql(ownedBy('latchkey_door', 'claim_bulk_work(integer, integer)', 'latchkey_worker'));
    this.addSql(
      tenantTable('bulk_work', { api: 'select, insert, update, delete', worker: 'select, update, delete' }),
    );
  }
}
