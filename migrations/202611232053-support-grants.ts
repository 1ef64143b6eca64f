import { Migration } from '@mikro-orm/migrations';
import { ownedBy, stateMachine, tenantTable } from './tenant-table.js';

/** Customer service's way in when every administrator is locked out: two operators, a delay, in the open. */
export class SupportGrants extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table support_grants (
        practice_id uuid not null references practices on delete cascade,
        id uuid not null,
        user_id uuid not null,
        state text not null default 'proposed'
          check (state in ('proposed', 'approved', 'cancelled', 'carried_out', 'expired')),
        reason text not null,
        proposed_by text not null,
        proposed_at timestamptz not null,
        approved_by text,
        approved_at timestamptz,
        due_at timestamptz,
        expires_at timestamptz not null,
        reset_id uuid,
        primary key (practice_id, id),
        foreign key (practice_id, user_id) references users on delete cascade,
        constraint two_operators check (approved_by <> proposed_by),
        constraint announced_four_hours_before check (due_at >= approved_at + interval '4 hours'),
        constraint approved_means_by_whom check (state not in ('approved', 'carried_out')
          or (approved_by is not null and approved_at is not null and due_at is not null))
      );
      create unique index one_open_grant on support_grants (practice_id, user_id)
        where state in ('proposed', 'approved');
      create index support_grants_open on support_grants (practice_id) where state in ('proposed', 'approved');
      create policy door on support_grants for select to latchkey_door using (true);
      grant select (practice_id, state) on support_grants to latchkey_door;

      -- Practices where an operator waits, or time decides: ids only.
      create function practices_with_support_grants() returns table (practice_id uuid)
        language sql stable security definer set search_path = public, pg_temp as $$
        select distinct g.practice_id from support_grants g where g.state in ('proposed', 'approved')
      $$;
    `);
    this.addSql(
      ownedBy('latchkey_door', 'practices_with_support_grants()', 'latchkey_api', 'latchkey_worker'),
    );
    this.addSql(tenantTable('support_grants', { api: 'select, insert, update', worker: 'select, update' }));
    this.addSql(
      stateMachine('support_grants', {
        proposed: ['approved', 'cancelled', 'expired'],
        approved: ['carried_out', 'cancelled', 'expired'],
      }),
    );
    this.addSql(/* sql */ `
      -- The worker starts the reset that a grant ends in. Locking the user's row while it does
      -- (FOR SHARE) asks for the right to change some column of it.
      grant insert on credentials, password_resets to latchkey_worker;
      grant update (updated_at) on users to latchkey_worker;
    `);
  }
}
