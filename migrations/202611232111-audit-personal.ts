import { Migration } from '@mikro-orm/migrations';
import { ownedBy, tenantTable } from './tenant-table.js';

/** Names and addresses beside the chain, which holds only commitments to them: what can be erased, and proofs stay. */
export class AuditPersonal extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table audit_personal (
        practice_id uuid not null references practices on delete cascade,
        seq bigint not null,
        -- Where in the event the value stands when it is shown (RFC 6901), such as /sourceAddress.
        pointer text not null,
        subject_id text,
        salt bytea not null,
        shown text not null,
        primary key (practice_id, seq, pointer)
      );

      -- The chain's function, now with the personal values that the events commit to: of the nth event
      -- (from 1) each. hash = SHA-256(0x00 | hash before | seq as 8 bytes big-endian | the event's bytes).
      set local role latchkey_audit;
      drop function audit_append(text[]);
      set local role latchkey_owner;
      create function audit_append(bodies text[], events integer[], pointers text[], subjects text[],
          salts bytea[], clear text[]) returns void
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
        if cardinality(events) > 0 then
          insert into audit_personal select practice, head.seq + nth, pointer, subject, salt, shown
            from unnest(events, pointers, subjects, salts, clear) as p (nth, pointer, subject, salt, shown);
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

      -- Erases what the trail shows of a person. The events and every proof of them stay as they are.
      -- Rare, so it reads the practice's rows: an index by subject would cost every event a sixth more.
      create function audit_forget(subject text) returns integer
        language sql security definer set search_path = public, pg_temp as $$
        with gone as (
          delete from audit_personal where practice_id = current_practice() and subject_id = subject returning 1
        ) select count(*)::integer from gone
      $$;
    `);
    this.addSql(
      tenantTable('audit_personal', { audit: 'select, insert, delete', api: 'select', worker: 'select' }),
    );
    this.addSql(
      ownedBy(
        'latchkey_audit',
        'audit_append(text[], integer[], text[], text[], bytea[], text[])',
        'latchkey_api',
        'latchkey_worker',
      ),
    );
    this.addSql(ownedBy('latchkey_audit', 'audit_forget(text)', 'latchkey_api'));
  }
}
