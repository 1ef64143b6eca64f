import { Migration } from '@mikro-orm/migrations';
import { actingAs, tenantTable } from './tenant-table.js';

/** What the limits on guessing and on asking have counted. Logged tables: a restart resets nothing. */
export class AttemptLimits extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- Guesses at passwords by keyed digest of the account, each known device and session apart and all
      -- strangers together (the nil device). Names that do not exist are counted too: those of unknown
      -- practices under practice 0. A row stands for failures only: a success deletes it.
      create table sign_in_attempts (
        practice_id uuid not null,
        account bytea not null,
        device uuid not null,
        failures integer not null,
        open_at timestamptz not null,
        last_at timestamptz not null,
        primary key (practice_id, account, device)
      );
      create index sign_in_attempts_by_age on sign_in_attempts (last_at);

      -- Requests of the whole installation by keyed digest of limit, subject and window: nobody's address.
      create table request_counts (
        subject bytea primary key,
        ends_at timestamptz not null,
        count integer not null
      );
      create index request_counts_by_end on request_counts (ends_at);
      grant select, insert, update on request_counts to latchkey_api;
      grant select, delete on request_counts to latchkey_door;
    `);
    this.addSql(tenantTable('sign_in_attempts', { api: 'select, insert, update, delete' }));
    this.addSql(/* sql */ `
      create policy door on sign_in_attempts to latchkey_door using (true);
      grant select, delete on sign_in_attempts to latchkey_door;
    `);
    this.addSql(
      actingAs(
        'latchkey_door',
        /* sql */ `
      -- As before, and what the limits need no longer: each failure is remembered for four days.
      create or replace function forget_expired() returns void
        language sql security definer set search_path = public, pg_temp as $$
        delete from spent_tickets where expires_at < app_now();
        delete from answer_attempts where at < app_now() - interval '2 days';
        delete from audit_refusals where bucket < app_now() - interval '2 days'
          and practice_id = '00000000-0000-0000-0000-000000000000';
        delete from sign_in_attempts where last_at < app_now() - interval '4 days'
          and last_at + failures * interval '4 days' < app_now();
        delete from request_counts where ends_at < app_now();
      $$;
    `,
      ),
    );
  }
}
