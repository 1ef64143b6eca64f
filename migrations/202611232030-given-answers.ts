import { Migration } from '@mikro-orm/migrations';
import { ownedBy, tenantTable } from './tenant-table.js';

/** Answers to security questions are written down alike, whatever they are; what follows is done afterwards. */
export class GivenAnswers extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- One row for every answer, right, wrong or nobody's; it leaves with the transaction that carries it
      -- out. No foreign key: checking one would take time for names that exist and none for others.
      create table given_answers (
        practice_id uuid not null,
        id uuid not null,
        user_id uuid,
        refused_for text,
        attempt_id uuid not null,
        actor jsonb not null,
        given_at timestamptz not null default app_now(),
        primary key (practice_id, id)
      );
      create index given_answers_in_order on given_answers (id);
      create policy door on given_answers for select to latchkey_door using (true);
      grant select on given_answers to latchkey_door;

      create function given_answers_wake() returns trigger language plpgsql as $$
      begin
        perform pg_notify('latchkey_answers', '');
        return null;
      end $$;
      create trigger given_answers_wake after insert on given_answers
        for each statement execute function given_answers_wake();

      -- Answers to be carried out, in turn by practice so that a flood waits behind itself: ids only.
      create function answers_given(most integer) returns table (practice_id uuid, id uuid)
        language sql stable security definer set search_path = public, pg_temp as $$
        select g.practice_id, g.id from (select * from given_answers order by id limit 5000) g
        order by row_number() over (partition by g.practice_id order by g.id), g.id limit most
      $$;

      -- A guess too many is written down as well and not looked at: that it costs less would tell.
      alter table answer_attempts add column looked_at boolean not null default true;
      drop index attempts_by_account;
      create index attempts_by_account on answer_attempts (practice_id, account, device, at) where looked_at;
    `);
    this.addSql(tenantTable('given_answers', { api: 'select, insert, delete', worker: 'select, delete' }));
    this.addSql(ownedBy('latchkey_door', 'answers_given(integer)', 'latchkey_worker'));
    this.addSql(/* sql */ `
      -- What the worker needs to carry an answer out. The right to change one column that decides nothing
      -- is what PostgreSQL asks for holding a user's row (select for share).
      grant update (last_sign_in_at) on users to latchkey_worker;
      grant insert on credentials, password_resets to latchkey_worker;
      grant select, delete on answer_attempts to latchkey_worker;
      grant insert, update on audit_refusals to latchkey_worker;
    `);
  }
}
