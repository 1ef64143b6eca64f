import { Migration } from '@mikro-orm/migrations';
import { ownedBy, tenantTable } from './tenant-table.js';

/** Where trails are streamed to, how far each practice's has been taken there, and which have news. */
export class AuditSinks extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- A sink is known by the digest of its address, which may hold a secret.
      create table audit_sinks (
        sink text primary key,
        state text not null default 'streaming' check (state in ('streaming', 'retrying', 'stopped')),
        -- The one worker that streams to it, until when it is taken for dead.
        holder uuid,
        held_until timestamptz not null default '-infinity',
        seen_at timestamptz not null default app_now(),
        retired boolean not null default false
      );
      grant select, update on audit_sinks to latchkey_worker;
      grant select (retired) on audit_sinks to latchkey_audit;
      grant select, insert, update on audit_sinks to latchkey_door;

      -- Up to which event the sink has taken the practice's trail, and how far the trail is known to go.
      create table audit_sink_cursors (
        practice_id uuid not null references practices on delete cascade,
        sink text not null references audit_sinks on delete cascade,
        taken bigint not null default 0,
        known bigint not null,
        primary key (practice_id, sink)
      );
      create index audit_sink_cursors_behind on audit_sink_cursors (sink, practice_id) where taken < known;

      -- Where a trail ended when its transaction did. Rows are only added and taken away, so that nobody who
      -- appends waits for whoever looks for news; looking costs what has happened, not how many practices there are.
      create table audit_news (
        practice_id uuid not null,
        seq bigint not null,
        primary key (practice_id, seq)
      );
      create function audit_tells_news() returns trigger language plpgsql as $$
      begin
        insert into public.audit_news select new.practice_id, new.seq
          where exists (select from public.audit_sinks where not retired) on conflict do nothing;
        return null;
      end $$;
      create trigger audit_tells_news after insert or update on audit_heads
        for each row when (new.seq > 0) execute function audit_tells_news();
    `);
    this.addSql(tenantTable('audit_sink_cursors', {}));
    this.addSql(tenantTable('audit_news', { audit: 'select, insert' }));
    this.addSql(/* sql */ `
      create policy door on audit_sink_cursors to latchkey_door using (true) with check (true);
      create policy door on audit_news to latchkey_door using (true);
      grant select, insert, update on audit_sink_cursors to latchkey_door;
      grant select, delete on audit_news to latchkey_door;

      -- Compares every trail with the sink: when a worker takes it over, and now and then.
      create function survey_trails_for(asked text) returns void
        language sql security definer set search_path = public, pg_temp as $$
        insert into audit_sink_cursors as c (practice_id, sink, known)
          select h.practice_id, asked, h.seq from audit_heads h where h.seq > 0
          on conflict (practice_id, sink) do update set known = excluded.known where c.known < excluded.known
      $$;

      -- A worker knows this sink: also when it had stopped, or was forgotten for a while. What was there
      -- before a new one is not for it if it asks for news only.
      create function join_audit_sink(asked text, only_news boolean) returns void
        language plpgsql security definer set search_path = public, pg_temp as $$
      begin
        insert into audit_sinks (sink) values (asked) on conflict do nothing;
        if found and only_news then
          insert into audit_sink_cursors (practice_id, sink, taken, known)
            select h.practice_id, asked, h.seq, h.seq from audit_heads h;
        end if;
        update audit_sinks set state = 'streaming', retired = false, seen_at = app_now()
          where sink = asked and (retired or state = 'stopped');
        perform survey_trails_for(asked);
      end $$;

      -- Hands the news to the cursors of every sink.
      create function note_audit_news() returns void
        language sql security definer set search_path = public, pg_temp as $$
        with news as (
          delete from audit_news where (practice_id, seq) in (
            select n.practice_id, n.seq from audit_news n limit 10000)
          returning practice_id, seq
        ), ends as (select n.practice_id, max(n.seq) as seq from news n
          join practices p on p.practice_id = n.practice_id group by n.practice_id)
        insert into audit_sink_cursors as c (practice_id, sink, known)
          select e.practice_id, s.sink, e.seq from ends e, audit_sinks s where not s.retired
          order by e.practice_id, s.sink
          on conflict (practice_id, sink) do update set known = excluded.known where c.known < excluded.known
      $$;

      -- The next practices of which the sink has not taken everything: numbers only.
      create function practices_behind_sink(asked text, following uuid, most integer)
        returns table (practice_id uuid, taken bigint, known bigint)
        language sql stable security definer set search_path = public, pg_temp as $$
        select c.practice_id, c.taken, c.known from audit_sink_cursors c
          where c.sink = asked and c.taken < c.known and c.practice_id > following
          order by c.practice_id limit most
      $$;

      -- What the sink has taken, told by whoever still holds it: an overtaken worker moves nothing back.
      create function advance_audit_sink(asked text, told_by uuid, practices uuid[], seqs bigint[]) returns boolean
        language sql security definer set search_path = public, pg_temp as $$
        with held as (select s.sink from audit_sinks s where s.sink = asked and s.holder = told_by for share),
        moved as (
          update audit_sink_cursors c set taken = t.seq, known = greatest(c.known, t.seq)
          from unnest(practices, seqs) as t (practice_id, seq), held
          where c.sink = held.sink and c.practice_id = t.practice_id and c.taken < t.seq
        ) select exists (select from held)
      $$;

      -- A sink that nobody has asked for since yesterday costs nothing more; its cursors stay, should it return.
      create function retire_audit_sinks() returns void
        language sql security definer set search_path = public, pg_temp as $$
        update audit_sinks set retired = true where not retired and seen_at < app_now() - interval '1 day';
        delete from audit_news where not exists (select from audit_sinks where not retired);
      $$;

      -- For all sinks together: how many events they have not taken, and whether one of them is in trouble.
      create function audit_sink_pulse() returns table (behind bigint, troubled boolean)
        language sql stable security definer set search_path = public, pg_temp as $$
        select coalesce((select sum(c.known - c.taken) from audit_sink_cursors c join audit_sinks s on s.sink = c.sink
            where not s.retired and c.taken < c.known), 0)::bigint,
          exists (select from audit_sinks s where not s.retired
            and (s.state <> 'streaming' or s.held_until < app_now() - interval '1 minute'))
      $$;
    `);
    const doors = [
      'survey_trails_for(text)',
      'join_audit_sink(text, boolean)',
      'note_audit_news()',
      'practices_behind_sink(text, uuid, integer)',
      'advance_audit_sink(text, uuid, uuid[], bigint[])',
      'retire_audit_sinks()',
    ];
    for (const door of doors) this.addSql(ownedBy('latchkey_door', door, 'latchkey_worker'));
    this.addSql(ownedBy('latchkey_door', 'audit_sink_pulse()', 'latchkey_api'));
  }
}
