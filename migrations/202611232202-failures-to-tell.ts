import { Migration } from '@mikro-orm/migrations';
import { ownedBy, tenantTable } from './tenant-table.js';

/** Mails given up, until the practice's administrators have been told: once for all, and when mail runs. */
export class FailuresToTell extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table delivery_failures (
        practice_id uuid not null,
        delivery_id uuid not null,
        user_id uuid not null,
        mail text not null check (mail in ('welcome', 'temporary_password')),
        reply text not null,
        at timestamptz not null default app_now(),
        told_at timestamptz,
        -- One of the notices that told it: while that has not gone out, no other is written.
        notice_id uuid,
        primary key (practice_id, delivery_id),
        foreign key (practice_id, delivery_id) references deliveries on delete cascade,
        foreign key (practice_id, user_id) references users on delete cascade
      );
      create index failures_untold on delivery_failures (practice_id) where told_at is null;
      create policy door on delivery_failures for select to latchkey_door using (true);
      grant select (practice_id, told_at) on delivery_failures to latchkey_door;
      grant select (stopped_at) on mail_pulse to latchkey_door;

      -- Practices to be told of mails given up; none while no mail can be sent.
      create function practices_to_tell() returns table (practice_id uuid)
        language sql stable security definer set search_path = public, pg_temp as $$
        select distinct f.practice_id from delivery_failures f where f.told_at is null
          and exists (select from mail_pulse where stopped_at is null) limit 1000
      $$;
    `);
    this.addSql(
      tenantTable('delivery_failures', { api: 'select, delete', worker: 'select, insert, update, delete' }),
    );
    this.addSql(ownedBy('latchkey_door', 'practices_to_tell()', 'latchkey_worker'));
  }
}
