import { Migration } from '@mikro-orm/migrations';
import { ownedBy, tenantTable } from './tenant-table.js';

/** What signs the trail: one key for the installation, a Merkle tree for each practice, and its signed roots. */
export class AuditCheckpoints extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- Made once, by whoever needs it first. Sealed: without LATCHKEY_KEYS the row signs nothing.
      create table audit_key (
        one boolean primary key default true check (one),
        sealed text not null,
        created_at timestamptz not null default app_now()
      );
      grant select, insert, update (sealed) on audit_key to latchkey_api, latchkey_worker;

      -- The tree over the practice's links, as far as it is signed: its right edge is all that growing needs.
      create table audit_trees (
        practice_id uuid primary key references practices on delete cascade,
        size bigint not null default 0,
        edge bytea not null default '',
        root bytea,
        signed_at timestamptz
      );
      create table audit_checkpoints (
        practice_id uuid not null references practices on delete cascade,
        size bigint not null,
        at timestamptz not null default app_now(),
        note text not null,
        primary key (practice_id, size)
      );

      -- When the roots of all practices last left the house. One row: one worker at a time carries them.
      create table audit_anchoring (
        one boolean primary key default true check (one),
        at timestamptz not null default '-infinity'
      );
      insert into audit_anchoring default values;
      grant select, update on audit_anchoring to latchkey_worker;
    `);
    const signer = { api: 'select, insert, update', worker: 'select, insert, update' };
    this.addSql(tenantTable('audit_trees', signer));
    this.addSql(tenantTable('audit_checkpoints', { api: 'select, insert', worker: 'select, insert' }));
    this.addSql(/* sql */ `
      create policy door on audit_heads for select to latchkey_door using (true);
      create policy door on audit_trees for select to latchkey_door using (true);
      grant select (practice_id, seq) on audit_heads to latchkey_door;
      grant select (practice_id, size, root, signed_at) on audit_trees to latchkey_door;

      -- Practices whose trail has grown by 1,000 events since it was signed, or was signed a minute ago.
      create function practices_to_sign() returns table (practice_id uuid)
        language sql stable security definer set search_path = public, pg_temp as $$
        select h.practice_id from audit_heads h left join audit_trees t on t.practice_id = h.practice_id
        where h.seq > coalesce(t.size, 0) and (h.seq >= coalesce(t.size, 0) + 1000
          or coalesce(t.signed_at, '-infinity') <= app_now() - interval '60 seconds')
        limit 10000
      $$;

      -- What an anchor holds: how far each practice is signed. Numbers and hashes, nothing of what happened.
      create function signed_roots() returns table (practice_id uuid, size bigint, root bytea)
        language sql stable security definer set search_path = public, pg_temp as $$
        select t.practice_id, t.size, t.root from audit_trees t where t.size > 0 order by t.practice_id
      $$;
    `);
    this.addSql(ownedBy('latchkey_door', 'practices_to_sign()', 'latchkey_worker'));
    this.addSql(ownedBy('latchkey_door', 'signed_roots()', 'latchkey_worker'));
  }
}
