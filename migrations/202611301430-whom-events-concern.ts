import { Migration } from '@mikro-orm/migrations';
import { actingAs } from './tenant-table.js';

/**
 * An event about a reset, a mail or a grant names among its changes the person whom it concerns: a column of its own,
 * so that they are found by it. Sign-ins and other events of users themselves have none: they pay for no index, and
 * filling it writes few of the rows anew.
 */
export class WhomEventsConcern extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      alter table audit_events add column concerned_id text;
      alter table audit_events no force row level security;
      -- Read from the text, in which nothing else has this key: a body that somebody has broken stops no upgrade.
      update audit_events set concerned_id = substring(body from '"userId":"([^"]*)"')
        where body like '%"userId":"%';
      alter table audit_events force row level security;
      create index audit_by_concerned on audit_events (practice_id, concerned_id, seq)
        where concerned_id is not null;
    `);
    this.addSql(
      actingAs(
        'latchkey_audit',
        /* sql */ `
      -- As before, and whom the changes name.
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
            fields->>'outcome', event, head.hash, fields->>'requestId', fields#>>'{changes,userId}');
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
