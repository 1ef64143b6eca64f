import { Migration } from '@mikro-orm/migrations';
import { ownedBy, tenantTable } from './tenant-table.js';

/** The append-only trail: a hash chain per practice that only one function can extend. */
export class Audit extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table audit_heads (
        practice_id uuid primary key references practices on delete cascade,
        seq bigint not null,
        hash bytea not null
      );
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
        primary key (practice_id, seq)
      );
      create index audit_by_target on audit_events (practice_id, target_id, seq);
      create index audit_by_actor on audit_events (practice_id, actor_id, seq);
      create index audit_by_action on audit_events (practice_id, action, seq);

      -- Refusals of strangers, one row per account, action and minute: they never take the chain's
      -- lock. Sealed into the chain as one event each, by the reader or the worker.
      create table audit_refusals (
        practice_id uuid not null,
        bucket timestamptz not null,
        action text not null,
        account text not null,
        body text not null,
        count integer not null default 1,
        primary key (practice_id, action, account, bucket)
      );

      -- hash = SHA-256(0x00 | hash before | seq as 8 bytes big-endian | the event's bytes as stored).
      create function audit_append(bodies text[]) returns void
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        practice uuid := current_practice();
        head audit_heads;
        event text;
        fields jsonb;
      begin
        select * into head from audit_heads where practice_id = practice for update;
        if not found then
          insert into audit_heads values (practice, 0, decode(repeat('00', 32), 'hex')) returning * into head;
        end if;
        foreach event in array bodies loop
          fields := event::jsonb;
          head.seq := head.seq + 1;
          head.hash := sha256('\\x00'::bytea || head.hash || int8send(head.seq) || convert_to(event, 'UTF8'));
          insert into audit_events values (practice, head.seq, (fields->>'id')::uuid,
            (fields->>'at')::timestamptz, fields->>'action', fields#>>'{actor,id}', fields#>>'{target,id}',
            fields->>'outcome', event, head.hash);
        end loop;
        update audit_heads set seq = head.seq, hash = head.hash where practice_id = practice;
      end $$;
    `);
    this.addSql(
      tenantTable('audit_heads', { audit: 'select, insert, update', api: 'select', worker: 'select' }),
    );
    this.addSql(tenantTable('audit_events', { audit: 'select, insert', api: 'select', worker: 'select' }));
    this.addSql(
      tenantTable('audit_refusals', {
        api: 'select, insert, update, delete',
        worker: 'select, delete',
      }),
    );
    this.addSql(/* sql */ `
      create policy door on audit_refusals to latchkey_door using (true);
      create policy door on password_resets for select to latchkey_door using (true);
      create policy door on spent_tickets to latchkey_door using (true);
      create policy door on answer_attempts to latchkey_door using (true);
      grant select, delete on audit_refusals, spent_tickets, answer_attempts to latchkey_door;
      grant select (practice_id, state, expires_at, requested_at) on password_resets to latchkey_door;

      -- Practices where time has done something that must be written down: ids only.
      create function practices_with_upkeep() returns table (practice_id uuid)
        language sql stable security definer set search_path = public, pg_temp as $$
        (select r.practice_id from password_resets r where r.state in ('sent', 'used')
           and r.expires_at < app_now() limit 1000)
        union
        (select r.practice_id from password_resets r where r.state = 'refused'
           and r.requested_at > app_now() - interval '10 minutes' limit 1000)
        union
        (select a.practice_id from audit_refusals a where a.bucket < app_now() - interval '2 minutes'
           and a.practice_id <> '00000000-0000-0000-0000-000000000000' limit 1000)
      $$;

      -- Forgets what only a limited time needs: spent tickets, old guesses, refusals of nobody's practice.
      create function forget_expired() returns void
        language sql security definer set search_path = public, pg_temp as $$
        delete from spent_tickets where expires_at < app_now();
        delete from answer_attempts where at < app_now() - interval '2 days';
        delete from audit_refusals where bucket < app_now() - interval '2 days'
          and practice_id = '00000000-0000-0000-0000-000000000000';
      $$;
    `);
    this.addSql(ownedBy('latchkey_door', 'practices_with_upkeep()', 'latchkey_worker'));
    this.addSql(ownedBy('latchkey_door', 'forget_expired()', 'latchkey_worker'));
    this.addSql(ownedBy('latchkey_audit', 'audit_append(text[])', 'latchkey_api', 'latchkey_worker'));
  }
}
