import { Migration } from '@mikro-orm/migrations';
import { actingAs, ownedBy } from './tenant-table.js';

/**
 * A claim of large work is no attempt: what a queue that is away never handed to anybody must not count against
 * it. A worker holds a window of claims by name, so that none lapses while it waits behind the worker's others.
 */
export class BulkClaims extends Migration {
  override up(): void {
    this.addSql('alter table bulk_work add column claimed_by uuid;');
    // Counted per claim until now, also while the queue was away: nobody is given up for that.
    const reset = 'drop function claim_bulk_work(integer, integer); update bulk_work set attempts = 0;';
    this.addSql(actingAs('latchkey_door', reset));
    this.addSql(/* sql */ `
      -- Claims steps that are due for one relay, the longest waiting first: whoever has had a step goes to the end.
      -- It holds at most window_size at a time. Returns ids only; a claim that is not worked off in time lapses.
      create function claim_bulk_work(claimer uuid, window_size integer, claim_seconds integer)
        returns table (practice_id uuid, id uuid, kind text)
        language sql security definer set search_path = public, pg_temp as $$
        with due as (
          select w.practice_id, w.id from bulk_work w
          where w.due_at <= app_now() and (w.claimed_until is null or w.claimed_until < app_now())
          order by w.due_at limit greatest(0, window_size - (
            select count(*) from bulk_work h where h.claimed_by = claimer and h.claimed_until >= app_now()))
          for update skip locked
        )
        update bulk_work w set claimed_by = claimer, claimed_until = app_now() + make_interval(secs => claim_seconds)
        from due where w.practice_id = due.practice_id and w.id = due.id
        returning w.practice_id, w.id, w.kind
      $$;
    `);
    this.addSql(ownedBy('latchkey_door', 'claim_bulk_work(uuid, integer, integer)', 'latchkey_worker'));
  }
}
