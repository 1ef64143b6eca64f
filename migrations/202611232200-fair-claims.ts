import { Migration } from '@mikro-orm/migrations';
import { actingAs, ownedBy } from './tenant-table.js';

/**
 * Claims go round by practice at a cost that no backlog changes. `claimed_until` says until when nobody looks
 * at a row: it was claimed, leased, or put off; so what may be claimed now is an index of its own.
 */
export class FairClaims extends Migration {
  override up(): void {
    this.addSql(actingAs('latchkey_door', 'drop function claim_deliveries(integer, integer);'));
    this.addSql(/* sql */ `
      drop index outbox_due;
      -- Within a practice whoever is locked out goes first, and a wave of welcomes last.
      alter table outbox add column urgency smallint not null generated always as
        (case job when 'password-reset' then 0 when 'notice' then 1 else 2 end) stored;
      alter table outbox add column claimed_by uuid;
      create index outbox_ready on outbox (practice_id, urgency, due_at) where claimed_until is null;
      create index outbox_by_claimer on outbox (claimed_by, practice_id) where claimed_by is not null;

      create policy door on deliveries for select to latchkey_door using (true);
      grant select (practice_id, id, deadline_at) on deliveries to latchkey_door;

      -- Claims due deliveries for one relay: ids only. It holds at most window_size at a time, and at most
      -- share of one practice; practices take turns of four, beginning after the one that was served last.
      -- A claim that is not worked off in time lapses.
      create function claim_deliveries(claimer uuid, window_size integer, share integer,
          claim_seconds integer, last_served uuid)
        returns table (practice_id uuid, delivery_id uuid, job text)
        language plpgsql security definer set search_path = public, pg_temp
        -- Planned while the table is small, kept when it is large: never by reading all of it.
        set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
      #variable_conflict use_column
      declare
        room integer;
        helping integer;
        taken integer;
        served integer;
        place uuid;
        found_practice uuid;
        wrapped boolean;
      begin
        update outbox o set claimed_until = null, claimed_by = null
        from (select w.practice_id, w.delivery_id from outbox w where w.claimed_until < app_now()
          order by w.claimed_until limit 1000 for update skip locked) again
        where o.practice_id = again.practice_id and o.delivery_id = again.delivery_id;

        select window_size - count(*) into room from outbox o where o.claimed_by = claimer;
        while room > 0 loop
          served := 0;
          place := last_served;
          wrapped := false;
          while room > 0 loop
            select o.practice_id into found_practice from outbox o
              where o.claimed_until is null and o.practice_id > place order by o.practice_id limit 1;
            if found_practice is null and not wrapped then
              wrapped := true;
              place := '00000000-0000-0000-0000-000000000000';
              continue;
            end if;
            exit when found_practice is null or (wrapped and found_practice > last_served);
            place := found_practice;
            select least(room, 4, share - count(*)) into helping from outbox o
              where o.claimed_by = claimer and o.practice_id = place;
            return query
              update outbox o set claimed_by = claimer,
                claimed_until = app_now() + make_interval(secs => claim_seconds)
              from (select w.practice_id, w.delivery_id from outbox w
                where w.claimed_until is null and w.practice_id = place and w.due_at <= app_now()
                order by w.urgency, w.due_at limit greatest(0, helping) for update skip locked) own
              where o.practice_id = own.practice_id and o.delivery_id = own.delivery_id
              returning o.practice_id, o.delivery_id, o.job;
            get diagnostics taken = row_count;
            room := room - taken;
            served := served + taken;
          end loop;
          exit when served = 0;
        end loop;
      end $$;

      -- Claims what has run out of time, also while no mail can be sent: that it failed must be told. Reads
      -- the whole backlog; called seldom, and only then.
      create function claim_overdue_deliveries(claimer uuid, window_size integer, claim_seconds integer)
        returns table (practice_id uuid, delivery_id uuid, job text)
        language sql security definer set search_path = public, pg_temp as $$
        update outbox o set claimed_by = claimer,
          claimed_until = app_now() + make_interval(secs => claim_seconds), due_at = least(o.due_at, app_now())
        from (select w.practice_id, w.delivery_id from outbox w
          join deliveries d on d.practice_id = w.practice_id and d.id = w.delivery_id
          where d.deadline_at <= app_now() and (w.leased_until is null or w.leased_until < app_now())
            and (w.claimed_by is null or w.claimed_until < app_now())
          limit window_size for update of w skip locked) over
        where o.practice_id = over.practice_id and o.delivery_id = over.delivery_id
        returning o.practice_id, o.delivery_id, o.job
      $$;
    `);
    const claim = 'claim_deliveries(uuid, integer, integer, integer, uuid)';
    this.addSql(ownedBy('latchkey_door', claim, 'latchkey_worker'));
    this.addSql(
      ownedBy('latchkey_door', 'claim_overdue_deliveries(uuid, integer, integer)', 'latchkey_worker'),
    );
  }
}
