import { Migration } from '@mikro-orm/migrations';
import { actingAs } from './tenant-table.js';

/** Mails are counted by mailbox, sessions that ended are forgotten, and a practice that is gone asks for no upkeep. */
export class Mailboxes extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- A column and not an index over lower(email): behind row-level security PostgreSQL searches by
      -- nothing but plain columns.
      alter table users add column mailbox text generated always as (lower(email)) stored;
      create index users_by_mailbox on users (practice_id, mailbox);

      create index sessions_by_end on sessions (ends_at);
      create policy door on sessions to latchkey_door using (true);
      grant select (ends_at), delete on sessions to latchkey_door;
    `);
    this.addSql(
      actingAs(
        'latchkey_door',
        /* sql */ `
      -- As before, and sessions that ended a day ago.
      create or replace function forget_expired() returns void
        language sql security definer set search_path = public, pg_temp as $$
        delete from spent_tickets where expires_at < app_now();
        delete from answer_attempts where at < app_now() - interval '2 days';
        delete from audit_refusals r where bucket < app_now() - interval '1 hour'
          and not exists (select from practices p where p.practice_id = r.practice_id);
        delete from sign_in_attempts where last_at < app_now() - interval '4 days'
          and last_at + failures * interval '4 days' < app_now();
        delete from request_counts where ends_at < app_now();
        delete from sessions where ends_at < app_now() - interval '1 day';
      $$;

      -- As before, but for practices that have been removed meanwhile: their refusals can join no chain.
      create or replace function practices_with_upkeep() returns table (practice_id uuid)
        language sql stable security definer set search_path = public, pg_temp as $$
        (select r.practice_id from password_resets r where r.state in ('sent', 'used')
           and r.expires_at < app_now() limit 1000)
        union
        (select r.practice_id from password_resets r where r.state = 'refused'
           and r.requested_at > app_now() - interval '10 minutes' limit 1000)
        union
        (select a.practice_id from audit_refusals a join practices p on p.practice_id = a.practice_id
           where a.bucket < app_now() - interval '2 minutes' limit 1000)
      $$;
    `,
      ),
    );
  }
}
