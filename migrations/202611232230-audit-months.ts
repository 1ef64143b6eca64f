import { Migration } from '@mikro-orm/migrations';
import { executedBy, ownedBy, tenantTable } from './tenant-table.js';

/** The trail by months, so that what is old is found, archived and removed without touching what is new. */
export class AuditMonths extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      alter table audit_events rename to audit_events_whole;
      alter table audit_events_whole rename constraint audit_events_pkey to audit_events_whole_pkey;
      alter table audit_events_whole no force row level security;
      alter table audit_personal rename to audit_personal_whole;
      alter table audit_personal_whole rename constraint audit_personal_pkey to audit_personal_whole_pkey;
      alter table audit_personal_whole no force row level security;

      -- Only audit_append inserts, under the lock of the practice's head: that makes seq unique and
      -- gapless. A key over partitions must hold what they are divided by.
      create table audit_events (
        practice_id uuid not null references practices on delete cascade,
        seq bigint not null,
        id uuid not null,
        at timestamptz not null,
        action text not null,
        actor_id text,
        target_id text,
        outcome text not null,
        body text not null,
        hash bytea not null,
        primary key (practice_id, seq, at)
      ) partition by range (at);
      create table audit_personal (
        practice_id uuid not null references practices on delete cascade,
        seq bigint not null,
        -- Of the event, so that both are in the same month.
        at timestamptz not null,
        -- Where in the event the value stands when it is shown (RFC 6901), such as /sourceAddress.
        pointer text not null,
        subject_id text,
        salt bytea not null,
        shown text not null,
        primary key (practice_id, seq, pointer, at)
      ) partition by range (at);

      -- Where an event goes for which no month has been made: none is ever refused for that.
      create table audit_events_other partition of audit_events default;
      create table audit_personal_other partition of audit_personal default;
      alter table audit_events_other enable row level security;
      alter table audit_events_other force row level security;
      alter table audit_personal_other enable row level security;
      alter table audit_personal_other force row level security;

      -- Made beside the table and then attached: nobody who reads or appends has to wait for it. Whoever
      -- addresses a month by its own name meets row-level security without a policy, and sees nothing.
      create function make_audit_month(first date) returns boolean
        language plpgsql set search_path = public, pg_temp as $$
      declare
        whole text;
        month text;
      begin
        if to_regclass(format('audit_events_%s', to_char(first, 'YYYY_MM'))) is not null then return false; end if;
        foreach whole in array array['audit_events', 'audit_personal'] loop
          month := format('%s_%s', whole, to_char(first, 'YYYY_MM'));
          execute format('create table %I (like %I including all)', month, whole);
          execute format('alter table %I enable row level security, force row level security', month);
          execute format('alter table %I attach partition %I for values from (%L) to (%L)', whole, month,
            first::timestamp at time zone 'UTC', (first + interval '1 month') at time zone 'UTC');
        end loop;
        return true;
      -- The month has begun among the others, where it then stays as a whole.
      exception when check_violation then return false;
      end $$;
      revoke all on function make_audit_month(date) from public;

      -- This month and three more. By the installation's clock, which no runtime role can set; and with
      -- little patience, since whoever appends would queue behind the one who waits.
      create function make_audit_months() returns integer
        language sql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
        select count(*) filter (where make_audit_month((date_trunc('month',
            (now() + make_interval(secs => offset_seconds)) at time zone 'UTC')
            + make_interval(months => ahead))::date))::integer
        from clock, generate_series(0, 3) as ahead
      $$;

      select make_audit_month(first) from (
        select distinct date_trunc('month', at at time zone 'UTC')::date as first from audit_events_whole) m;
      select make_audit_months();
      insert into audit_events
        select practice_id, seq, id, at, action, actor_id, target_id, outcome, body, hash
        from audit_events_whole order by practice_id, seq;
      insert into audit_personal
        select practice_id, seq, e.at, pointer, subject_id, salt, shown
        from audit_personal_whole join audit_events_whole e using (practice_id, seq) order by practice_id, seq;
      drop table audit_personal_whole;
      drop table audit_events_whole;
    `);
    this.#index();
    this.#secure();
    this.#append();
  }

  /** Each search of one practice is a walk along one of these, newest first, that ends with the page. */
  #index(): void {
    this.addSql(/* sql */ `
      create index audit_by_time on audit_events (practice_id, at, seq);
      create index audit_by_target on audit_events (practice_id, target_id, seq);
      create index audit_by_actor on audit_events (practice_id, actor_id, seq);
      create index audit_by_action on audit_events (practice_id, action, seq);
      create index audit_by_outcome on audit_events (practice_id, outcome, seq) where outcome <> 'success';
      create index audit_by_address on audit_personal (practice_id, shown, seq)
        where pointer = '/sourceAddress';
      analyze audit_events;
      analyze audit_personal;
    `);
  }

  #secure(): void {
    this.addSql(tenantTable('audit_events', { audit: 'select, insert', api: 'select', worker: 'select' }));
    this.addSql(
      tenantTable('audit_personal', { audit: 'select, insert, delete', api: 'select', worker: 'select' }),
    );
    this.addSql(executedBy('latchkey_owner', 'make_audit_months()', 'latchkey_worker'));
  }

  #append(): void {
    this.addSql(/* sql */ `
      set local role latchkey_audit;
      drop function audit_append(text[], integer[], text[], text[], bytea[], text[]);
      set local role latchkey_owner;
      -- As before; a personal value stands in the month of its event.
      create function audit_append(bodies text[], events integer[], pointers text[], subjects text[],
          salts bytea[], clear text[]) returns void
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        practice uuid := current_practice();
        head audit_heads;
        event text;
        fields jsonb;
        times timestamptz[];
        before bigint;
      begin
        select * into head from audit_heads where practice_id = practice for update;
        if not found then
          insert into audit_heads values (practice, 0, decode(repeat('00', 32), 'hex')) returning * into head;
        end if;
        before := head.seq;
        foreach event in array bodies loop
          fields := event::jsonb;
          head.seq := head.seq + 1;
          head.hash := sha256('\\x00'::bytea || head.hash || int8send(head.seq) || convert_to(event, 'UTF8'));
          times := times || (fields->>'at')::timestamptz;
          insert into audit_events values (practice, head.seq, (fields->>'id')::uuid,
            times[head.seq - before], fields->>'action', fields#>>'{actor,id}', fields#>>'{target,id}',
            fields->>'outcome', event, head.hash);
        end loop;
        if cardinality(events) > 0 then
          insert into audit_personal
            select practice, before + nth, times[nth], pointer, subject, salt, shown
            from unnest(events, pointers, subjects, salts, clear) as p (nth, pointer, subject, salt, shown);
        end if;
        update audit_heads set seq = head.seq, hash = head.hash where practice_id = practice;
      end $$;
    `);
    const signature = 'audit_append(text[], integer[], text[], text[], bytea[], text[])';
    this.addSql(ownedBy('latchkey_audit', signature, 'latchkey_api', 'latchkey_worker'));
  }
}
