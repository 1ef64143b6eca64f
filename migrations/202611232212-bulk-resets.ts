import { Migration } from '@mikro-orm/migrations';
import { ownedBy, stateMachine, tenantTable } from './tenant-table.js';

/** Temporary passwords for many: the run, and whom it is for until a week after it has ended. */
export class BulkResets extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table bulk_resets (
        practice_id uuid not null references practices on delete cascade,
        id uuid not null,
        state text not null default 'running' check (state in ('running', 'paused', 'cancelled', 'completed')),
        filter jsonb not null,
        -- Ids only: the event of the start tells from where it was asked for.
        requested_by_type text not null,
        requested_by_id text not null,
        request_id text,
        total integer not null default 0,
        requested integer not null default 0,
        skipped integer not null default 0,
        failed integer not null default 0,
        reason text,
        created_at timestamptz not null default app_now(),
        finished_at timestamptz,
        primary key (practice_id, id),
        constraint no_more_than_there_are check (requested + skipped + failed <= total)
      ) with (fillfactor = 50);
      -- The pace is a practice's: two at a time would double it.
      create unique index bulk_resets_one_at_a_time on bulk_resets (practice_id)
        where state in ('running', 'paused');
      create index bulk_resets_finished on bulk_resets (finished_at) where finished_at is not null;

      create table bulk_reset_rows (
        practice_id uuid not null,
        bulk_reset_id uuid not null,
        position integer not null,
        user_id uuid not null,
        outcome text not null default 'pending'
          check (outcome in ('pending', 'requested', 'skipped', 'failed', 'cancelled')),
        reason text,
        primary key (practice_id, bulk_reset_id, position),
        foreign key (practice_id, bulk_reset_id) references bulk_resets on delete cascade,
        foreign key (practice_id, user_id) references users on delete cascade
      ) with (fillfactor = 70);
      create index bulk_reset_rows_pending on bulk_reset_rows (practice_id, bulk_reset_id, position)
        where outcome = 'pending';
      create unique index bulk_reset_rows_by_user on bulk_reset_rows (practice_id, user_id, bulk_reset_id);

      create policy door on bulk_resets to latchkey_door using (true);
      create policy door on bulk_reset_rows to latchkey_door using (true);
      grant select (practice_id, id, finished_at) on bulk_resets to latchkey_door;
      grant select (practice_id, bulk_reset_id), delete on bulk_reset_rows to latchkey_door;
      create function forget_bulk_resets() returns void
        language sql security definer set search_path = public, pg_temp as $$
        delete from bulk_reset_rows r using bulk_resets b
        where b.practice_id = r.practice_id and b.id = r.bulk_reset_id
          and b.finished_at < app_now() - interval '7 days';
      $$;
    `);
    this.addSql(ownedBy('latchkey_door', 'forget_bulk_resets()', 'latchkey_worker'));
    this.addSql(tenantTable('bulk_resets', { api: 'select, insert, update', worker: 'select, update' }));
    this.addSql(tenantTable('bulk_reset_rows', { api: 'select, insert, update', worker: 'select, update' }));
    this.addSql(
      stateMachine('bulk_resets', {
        running: ['paused', 'cancelled', 'completed'],
        paused: ['running', 'cancelled'],
      }),
    );
    // The worker asks again, at every step, whom the starter's roles extend to.
    this.addSql('grant execute on function users_in_reach(jsonb) to latchkey_worker');
  }
}
