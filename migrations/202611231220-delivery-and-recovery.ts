import { Migration } from '@mikro-orm/migrations';
import { ownedBy, stateMachine, tenantTable } from './tenant-table.js';

/** Resets, the mails they cause, and the outbox that the worker lives from. */
export class DeliveryAndRecovery extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table password_resets (
        practice_id uuid not null,
        id uuid not null,
        user_id uuid not null,
        credential_id uuid,
        channel text not null check (channel in ('self_service', 'administrator', 'bulk', 'support')),
        state text not null check (state in ('requested', 'sent', 'used', 'completed', 'refused',
          'expired', 'superseded', 'failed', 'cancelled')),
        requested_by_type text not null,
        requested_by_id text,
        requested_at timestamptz not null default app_now(),
        sent_at timestamptz,
        used_at timestamptz,
        completed_at timestamptz,
        expires_at timestamptz,
        primary key (practice_id, id),
        foreign key (practice_id, user_id) references users on delete cascade,
        foreign key (practice_id, credential_id) references credentials
      ) with (fillfactor = 70); -- room to change state in place
      create index resets_refused on password_resets (requested_at) where state = 'refused';
      create index resets_overdue on password_resets (expires_at) where state in ('sent', 'used');
      create index resets_by_user on password_resets (practice_id, user_id, id desc);
      create index resets_by_credential on password_resets (practice_id, credential_id);

      -- Guesses at a security question, by keyed digest of the account: also for names that do not
      -- exist (practice 0), so that counting costs the same and tells nothing.
      create table answer_attempts (
        practice_id uuid not null,
        id uuid not null,
        account bytea not null,
        device text not null,
        at timestamptz not null default app_now(),
        primary key (practice_id, id)
      );
      create index attempts_by_account on answer_attempts (practice_id, account, device, at);
      create table spent_tickets (
        practice_id uuid not null,
        ticket_id uuid not null,
        expires_at timestamptz not null,
        primary key (practice_id, ticket_id)
      );

      create table deliveries (
        practice_id uuid not null references practices on delete cascade,
        id uuid not null,
        template text not null,
        user_id uuid,
        reset_id uuid,
        credential_id uuid,
        recipient text not null,
        locale text not null,
        time_zone text not null,
        facts jsonb not null,
        state text not null default 'queued' check (state in ('queued', 'sending', 'deferred',
          'accepted', 'failed', 'bounced', 'cancelled')),
        created_at timestamptz not null default app_now(),
        deadline_at timestamptz not null,
        finished_at timestamptz,
        primary key (practice_id, id),
        foreign key (practice_id, user_id) references users on delete cascade
      ) with (fillfactor = 70);
      create index deliveries_by_user on deliveries (practice_id, user_id, id desc);
      create index deliveries_by_credential on deliveries (practice_id, credential_id)
        where credential_id is not null;
      create index deliveries_by_reset on deliveries (practice_id, reset_id) where reset_id is not null;

      create table delivery_attempts (
        practice_id uuid not null,
        delivery_id uuid not null,
        number integer not null,
        at timestamptz not null,
        outcome text not null check (outcome in ('accepted', 'deferred', 'refused')),
        reply text,
        primary key (practice_id, delivery_id, number),
        foreign key (practice_id, delivery_id) references deliveries on delete cascade
      );

      -- What is still to be done. A row leaves when its delivery is final: until then the sweep finds
      -- it again, whatever became of the queue.
      create table outbox (
        practice_id uuid not null,
        delivery_id uuid not null,
        job text not null check (job in ('password-reset', 'welcome-email', 'notice')),
        due_at timestamptz not null default app_now(),
        attempts integer not null default 0,
        claimed_until timestamptz,
        lease uuid,
        leased_until timestamptz,
        primary key (practice_id, delivery_id),
        foreign key (practice_id, delivery_id) references deliveries on delete cascade
      ) with (fillfactor = 50);
      create index outbox_due on outbox (due_at);
      create index outbox_claimed on outbox (claimed_until) where claimed_until is not null;
      create policy door on outbox to latchkey_door using (true) with check (true);
      grant select, update on outbox to latchkey_door;

      create function outbox_wake() returns trigger language plpgsql as $$
      begin
        perform pg_notify('latchkey_outbox', '');
        return null;
      end $$;
      create trigger outbox_wake after insert on outbox for each statement execute function outbox_wake();

      -- Claims due deliveries for one relay, in turn by practice so that a flood waits behind itself.
      -- Returns ids only. At most window_size are claimed at a time in the whole installation; a claim
      -- that is not worked off in time lapses.
      create function claim_deliveries(window_size integer, claim_seconds integer)
        returns table (practice_id uuid, delivery_id uuid, job text)
        language sql security definer set search_path = public, pg_temp as $$
        with due as (
          select o.practice_id, o.delivery_id, o.due_at from outbox o
          where o.due_at <= app_now()
            and (o.claimed_until is null or o.claimed_until < app_now())
            and (o.leased_until is null or o.leased_until < app_now())
          order by o.due_at limit 5000
        ), fair as (
          select due.practice_id, due.delivery_id,
            row_number() over (partition by due.practice_id order by due.due_at) as turn
          from due order by turn, due_at
          limit greatest(0, window_size - (select count(*) from outbox where claimed_until >= app_now()))
        ), locked as (
          select o.practice_id, o.delivery_id from outbox o join fair using (practice_id, delivery_id)
          for update of o skip locked
        )
        update outbox o set claimed_until = app_now() + make_interval(secs => claim_seconds)
        from locked l
        where o.practice_id = l.practice_id and o.delivery_id = l.delivery_id
          and (o.claimed_until is null or o.claimed_until < app_now())
        returning o.practice_id, o.delivery_id, o.job
      $$;

      -- How mail is running now, for the whole installation: one row, written by the worker.
      create table mail_pulse (
        one boolean primary key default true check (one),
        state text not null default 'normal' check (state in ('normal', 'delayed')),
        typical_seconds integer not null default 5,
        worker_seen_at timestamptz
      );
      insert into mail_pulse default values;
      grant select on mail_pulse to latchkey_api;
      grant select, update on mail_pulse to latchkey_worker;
    `);
    this.addSql(ownedBy('latchkey_door', 'claim_deliveries(integer, integer)', 'latchkey_worker'));
    const write = 'select, insert, update';
    this.addSql(tenantTable('password_resets', { api: write, worker: 'select, update' }));
    this.addSql(tenantTable('answer_attempts', { api: 'select, insert, delete' }));
    this.addSql(tenantTable('spent_tickets', { api: 'select, insert, delete' }));
    this.addSql(tenantTable('deliveries', { api: write, worker: write }));
    this.addSql(tenantTable('delivery_attempts', { api: 'select', worker: write }));
    this.addSql(tenantTable('outbox', { api: `${write}, delete`, worker: `${write}, delete` }));
    this.addSql(
      stateMachine('password_resets', {
        requested: ['sent', 'used', 'superseded', 'failed', 'cancelled', 'expired'],
        sent: ['used', 'expired', 'superseded', 'cancelled'],
        used: ['completed', 'expired', 'superseded', 'cancelled'],
        failed: ['requested'],
      }),
    );
    this.addSql(
      stateMachine('deliveries', {
        queued: ['sending', 'cancelled', 'failed'],
        sending: ['accepted', 'deferred', 'failed', 'cancelled'],
        deferred: ['sending', 'failed', 'cancelled'],
        accepted: ['bounced'],
      }),
    );
    this.addSql(
      stateMachine('credentials', {
        live: ['used', 'expired', 'superseded', 'cancelled'],
      }),
    );
  }
}
