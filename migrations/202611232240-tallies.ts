import { Migration } from '@mikro-orm/migrations';
import { ownedBy } from './tenant-table.js';

const SECONDS = [0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 14_400];

/**
 * What metrics count, written with the change that is counted. Every change adds a row of its own, since a
 * counter that all transactions update would put them in a queue; the worker folds rows into totals. No row
 * names a practice.
 */
export class Tallies extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table tally_entries (
        family text not null,
        label text not null,
        outcome text not null,
        amount double precision not null
      );
      create table tally_totals (
        family text not null,
        label text not null,
        outcome text not null,
        amount double precision not null,
        primary key (family, label, outcome)
      );
      grant select, insert, delete on tally_entries to latchkey_door;
      grant select, insert, update on tally_totals to latchkey_door;

      create function tally_reset() returns trigger
        language plpgsql security definer set search_path = public, pg_temp as $$
      begin
        insert into tally_entries values ('resets', new.channel, new.state, 1);
        return null;
      end $$;

      -- Bounds are those of a histogram: an entry names the first that its delivery did not exceed.
      create function tally_delivery() returns trigger
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        seconds double precision := extract(epoch from new.finished_at - new.created_at);
      begin
        insert into tally_entries values ('deliveries', new.template, new.state, 1);
        if new.state = 'accepted' then
          insert into tally_entries values ('seconds', '', 'sum', seconds),
            ('seconds', '', coalesce((select min(bound) from unnest(array[${SECONDS.join(', ')}]) as bound
              where seconds <= bound)::text, '+Inf'), 1);
        end if;
        return null;
      end $$;

      create trigger tally_new after insert on password_resets for each row execute function tally_reset();
      create trigger tally_moved after update of state on password_resets for each row
        when (old.state is distinct from new.state) execute function tally_reset();
      create trigger tally_ended after update of state on deliveries for each row
        when (old.state is distinct from new.state
          and new.state in ('accepted', 'deferred', 'failed', 'bounced', 'cancelled'))
        execute function tally_delivery();

      create function fold_tallies() returns void
        language sql security definer set search_path = public, pg_temp as $$
        with taken as (delete from tally_entries returning family, label, outcome, amount)
        insert into tally_totals as t
          select family, label, outcome, sum(amount) from taken group by 1, 2, 3 order by 1, 2, 3
        on conflict (family, label, outcome) do update set amount = t.amount + excluded.amount
      $$;

      -- Counts and ages, nothing else: what a scrape may see without belonging to any practice.
      create function installation_figures()
        returns table (family text, label text, outcome text, amount double precision)
        language sql stable security definer set search_path = public, pg_temp as $$
        select every.family, every.label, every.outcome, sum(every.amount) from (
          select * from tally_totals union all select * from tally_entries
        ) every group by 1, 2, 3
        union all
        select 'depth', o.job, case when o.leased_until >= app_now() then 'sending'
            when o.due_at > app_now() then 'deferred' when o.claimed_by is not null then 'queued'
            else 'due' end, count(*)
          from outbox o group by 2, 3
        union all
        select 'depth', 'answer', 'due', count(*) from given_answers
        union all
        select 'oldest', 'mail', '', coalesce(extract(epoch from app_now() - min(due_at)), 0)
          from outbox where due_at <= app_now()
        union all
        select 'oldest', 'answer', '', coalesce(extract(epoch from app_now() - min(given_at)), 0)
          from given_answers
      $$;
    `);
    // Nobody calls the triggers' functions by name.
    this.addSql(ownedBy('latchkey_door', 'tally_reset()', 'latchkey_owner'));
    this.addSql(ownedBy('latchkey_door', 'tally_delivery()', 'latchkey_owner'));
    this.addSql(ownedBy('latchkey_door', 'fold_tallies()', 'latchkey_worker'));
    this.addSql(ownedBy('latchkey_door', 'installation_figures()', 'latchkey_api', 'latchkey_worker'));
  }
}
