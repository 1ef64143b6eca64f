import { Migration } from '@mikro-orm/migrations';
import { actingAs } from './tenant-table.js';

/**
 * An event is found by the id that a log line names: its own, or its request's. The second is a column of its own
 * from now on, for new events; filling it for old ones would write the whole trail anew.
 */
export class AuditIds extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      alter table audit_events add column request_id text;
      create index audit_by_id on audit_events (practice_id, id);
      create index audit_by_request on audit_events (practice_id, request_id, seq) where request_id is not null;
    `);
    this.addSql(
      actingAs(
        'latchkey_audit',
        /* sql */ `
      -- As before, and the request's id.
      create or replace function audit_append(bodies text[], events integer[], pointers text[], subjects text[],
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
            fields->>'outcome', event, head.hash, fields->>'requestId');
        end loop;
        if cardinality(events) > 0 then
          insert into audit_personal
            select practice, before + nth, times[nth], pointer, subject, salt, shown
            from unnest(events, pointers, subjects, salts, clear) as p (nth, pointer, subject, salt, shown);
        end if;
        update audit_heads set seq = head.seq, hash = head.hash where practice_id = practice;
      end $$;
        `,
      ),
    );
  }
}
