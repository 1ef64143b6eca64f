import { Migration } from '@mikro-orm/migrations';
import { actingAs } from './tenant-table.js';

/**
 * How long the oldest mail has been on its way, put off or not: while a server puts everything off, nothing is
 * due most of the time. Read together with the depth, so that it costs no index that every claim would write.
 */
export class AgeOfMail extends Migration {
  override up(): void {
    this.addSql('alter table outbox add column posted_at timestamptz not null default app_now();');
    this.addSql(
      actingAs(
        'latchkey_door',
        /* sql */ `
      create or replace function installation_figures()
        returns table (family text, label text, outcome text, amount double precision)
        language sql stable security definer set search_path = public, pg_temp as $$
        with mail as (
          select o.job, case when o.leased_until >= app_now() then 'sending'
              when o.due_at > app_now() then 'deferred' when o.claimed_by is not null then 'queued'
              else 'due' end as state, count(*) as depth, min(o.posted_at) as since
            from outbox o group by 1, 2
        )
        select every.family, every.label, every.outcome, sum(every.amount) from (
          select * from tally_totals union all select * from tally_entries
        ) every group by 1, 2, 3
        union all
        select 'depth', mail.job, mail.state, mail.depth from mail
        union all
        select 'depth', 'answer', 'due', count(*) from given_answers
        union all
        select 'depth', b.kind, case when b.due_at > app_now() then 'later'
            when b.claimed_until < app_now() or b.claimed_until is null then 'due'
            when b.claimed_by is null then 'later' else 'queued' end, count(*)
          from bulk_work b group by 2, 3
        union all
        select 'oldest', 'mail', '', coalesce(extract(epoch from app_now() - min(due_at)), 0)
          from outbox where due_at <= app_now()
        union all
        select 'oldest', 'answer', '', coalesce(extract(epoch from app_now() - min(given_at)), 0)
          from given_answers
        union all
        select 'oldest', 'bulk', '', coalesce(extract(epoch from app_now() - min(due_at)), 0)
          from bulk_work where due_at <= app_now()
        union all
        select 'mail', 'oldest', '', coalesce(extract(epoch from app_now() - min(mail.since)), 0) from mail
        union all
        select 'mail', 'stopped', '', (stopped_at is not null)::integer from mail_pulse
      $$;
        `,
      ),
    );
  }
}
