import { Migration } from '@mikro-orm/migrations';
import { ownedBy, tenantTable } from './tenant-table.js';

/** Answers to requests with an `Idempotency-Key`, sealed and found by a digest of whose it is and where it went. */
export class KeptAnswers extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table kept_answers (
        practice_id uuid not null,
        scope bytea not null,
        user_id uuid not null,
        sealed text not null,
        created_at timestamptz not null default app_now(),
        primary key (practice_id, scope),
        foreign key (practice_id, user_id) references users on delete cascade
      );
      create index kept_answers_by_age on kept_answers (created_at);
    `);
    this.addSql(tenantTable('kept_answers', { api: 'select, insert, update' }));
    this.addSql(/* sql */ `
      create policy door on kept_answers to latchkey_door using (true);
      grant select (created_at), delete on kept_answers to latchkey_door;
      create function forget_kept_answers() returns void
        language sql security definer set search_path = public, pg_temp as $$
        delete from kept_answers where created_at < app_now() - interval '24 hours'
      $$;
    `);
    this.addSql(ownedBy('latchkey_door', 'forget_kept_answers()', 'latchkey_worker'));
  }
}
