import { Migration } from '@mikro-orm/migrations';
import { ownedBy, tenantTable } from './tenant-table.js';

/** How long a trail is kept, what of it stands in files, and the one way in which entries leave the database. */
export class AuditRetention extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- A practice without a row keeps its trail for six years, and nothing is held.
      create table audit_retention (
        practice_id uuid primary key references practices on delete cascade,
        years integer not null default 6 check (years between 6 and 100),
        held_at timestamptz,
        held_by text,
        held_because text,
        check ((held_at is null) = (held_by is null) and (held_at is null) = (held_because is null))
      );

      -- A stretch of the trail that was written to a file. Each goes on where the one before has ended; what
      -- the database still holds goes on after the last one that was removed.
      create table audit_archives (
        practice_id uuid not null references practices on delete cascade,
        from_seq bigint not null,
        to_seq bigint not null,
        -- Of the last entry, and the right edge of the tree there: what going on needs.
        hash bytea not null,
        edge bytea not null,
        sha256 text not null,
        archived_at timestamptz not null default app_now(),
        removed_at timestamptz,
        primary key (practice_id, to_seq)
      );
    `);
    this.addSql(
      tenantTable('audit_retention', {
        api: 'select, insert, update',
        worker: 'select',
        audit: 'select',
        archivist: 'select',
      }),
    );
    this.addSql(
      tenantTable('audit_archives', {
        api: 'select',
        worker: 'select',
        auditor: 'select',
        archivist: 'select, insert',
        audit: 'select, update (removed_at)',
      }),
    );
    this.#remove();
    this.#archivist();
  }

  /** Every condition is in the function, whoever calls it. */
  #remove(): void {
    this.addSql(/* sql */ `
      grant delete on audit_events to latchkey_audit;
      grant select, delete on audit_checkpoints to latchkey_audit;

      -- By the installation's clock, which no role that calls this can set.
      create function audit_remove(upto bigint) returns void
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        practice uuid := current_practice();
        kept_since timestamptz;
      begin
        -- A hold is an event of the trail, and so is either seen here or comes after what is removed.
        perform from audit_heads where practice_id = practice for update;
        if exists (select from audit_retention where practice_id = practice and held_at is not null) then
          raise exception 'the trail is on hold' using errcode = 'LK001';
        end if;
        if not exists (select from audit_archives where practice_id = practice and to_seq = upto
            and removed_at is null) or exists (select from audit_archives where practice_id = practice
            and to_seq < upto and removed_at is null) then
          raise exception 'not archived, or not next' using errcode = 'LK002';
        end if;
        select now() + make_interval(secs => offset_seconds) - make_interval(years => coalesce(
          (select years from audit_retention where practice_id = practice), 6)) into kept_since from clock;
        if exists (select from audit_events where practice_id = practice and seq <= upto and at >= kept_since) then
          raise exception 'to be kept for longer' using errcode = 'LK003';
        end if;
        delete from audit_personal where practice_id = practice and seq <= upto;
        delete from audit_events where practice_id = practice and seq <= upto;
        -- The one at its end stays: it signs what the rest goes on from.
        delete from audit_checkpoints where practice_id = practice and size < upto;
        update audit_archives set removed_at = app_now() where practice_id = practice and to_seq = upto;
      end $$;
    `);
    this.addSql(ownedBy('latchkey_audit', 'audit_remove(bigint)', 'latchkey_archivist'));
  }

  /** Taken with the owner's login by one command; no running process may take it. */
  #archivist(): void {
    this.addSql(/* sql */ `
      grant usage on schema public to latchkey_archivist;
      grant select on clock, audit_events, audit_personal, audit_heads to latchkey_archivist;
      grant select (practice_id, code) on practices to latchkey_archivist;
      grant select, delete on audit_refusals to latchkey_archivist;
      grant select, insert on audit_checkpoints to latchkey_archivist;
      grant select, insert, update on audit_trees to latchkey_archivist;
      grant select, insert, update (sealed) on audit_key to latchkey_archivist;
      set local role latchkey_audit;
      grant execute on function audit_append(text[], integer[], text[], text[], bytea[], text[])
        to latchkey_archivist;
      set local role latchkey_door;
      grant execute on function practice_by_code(text), every_practice(), operator_by_token(bytea),
        operators_known() to latchkey_archivist;
      set local role latchkey_owner;
    `);
  }
}
