import { Inject, Injectable } from '@nestjs/common';
import type { Locale } from '#contract';
import { Database } from '#database';
import { newId } from '#runtime';
import type { MailParts, MessageKind } from '#wording';
import type { PostedDelivery } from './message-handlers.js';

/** Longer than a send may take (the mailer's 30 s), so that a lease lapses only when its holder is gone. */
const LEASE_SECONDS = 60;

/** A delivery that this worker alone may send now. */
export interface LeasedDelivery extends PostedDelivery {
  practiceId: string;
  lease: string;
  kind: MessageKind;
  attempt: number;
  startedAt: Date;
  recipient: string;
  locale: Locale;
  timeZone: string;
  facts: object;
  overdue: boolean;
  /** What the practice says instead of the product, if it works. */
  own: (MailParts & { number: number | null }) | null;
  /** A mail that somebody sends to themselves, to see its wording. */
  isTrial: boolean;
}

interface Row {
  id: string;
  template: MessageKind;
  user_id: string | null;
  reset_id: string | null;
  credential_id: string | null;
  recipient: string;
  locale: Locale;
  time_zone: string;
  facts: object;
  overdue: boolean;
  attempts: number;
  own: (MailParts & { number: number }) | null;
  trial: { wording: MailParts | null } | null;
}

/** How an attempt ended. */
export type Outcome =
  | { state: 'accepted' | 'failed'; reply: string }
  | { state: 'deferred'; reply: string; retryInSeconds: number }
  | { state: 'cancelled'; reply: string };

/** A delivery, and what came of the attempt. */
export interface Ending {
  delivery: LeasedDelivery;
  outcome: Outcome;
}

/**
 * The fence around deliveries: whoever holds the lease sends, and only the holder's outcome counts.
 * A worker that was stopped past its lease finds it taken and changes nothing.
 */
@Injectable()
export class Leases {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Takes each for one attempt, unless it is final, not due, or somebody else's. */
  async take(deliveryIds: readonly string[]): Promise<LeasedDelivery[]> {
    const lease = newId();
    const rows = await this.database.sql<Row>(
      `with free as (
         select practice_id, delivery_id from outbox
         where practice_id = current_practice() and delivery_id = any($1) and due_at <= app_now()
           and (leased_until is null or leased_until < app_now())
         order by delivery_id for update
       ), leased as (
         update outbox o set lease = $2, leased_until = app_now() + make_interval(secs => ${LEASE_SECONDS}),
           claimed_until = app_now() + make_interval(secs => ${LEASE_SECONDS}), attempts = attempts + 1
         from free where o.practice_id = free.practice_id and o.delivery_id = free.delivery_id
         returning o.practice_id, o.delivery_id, o.attempts
       ), delivery as (
         update deliveries d set state = 'sending' from leased l
         where d.practice_id = l.practice_id and d.id = l.delivery_id
           and d.state in ('queued', 'sending', 'deferred')
         returning d.*, l.attempts
       )
       select d.id, template, user_id, reset_id, credential_id, recipient, d.locale, time_zone, facts, attempts, trial,
         deadline_at <= app_now() as overdue,
         case when w.number is not null then jsonb_build_object('number', w.number, 'subject', v.subject,
           'html', v.html, 'text', v.text) end as own
       from delivery d
       left join own_wordings w on w.practice_id = current_practice() and w.name = d.template
         and w.locale = d.locale and w.failing_since is null
       left join own_wording_versions v on v.practice_id = w.practice_id and v.name = w.name
         and v.locale = w.locale and v.number = w.number`,
      [deliveryIds, lease],
    );
    const held = { practiceId: this.database.practiceId, lease, startedAt: this.database.now };
    return rows.map((row) => ({ ...held, ...toDelivery(row) }));
  }

  /** Writes down how attempts ended, and returns the deliveries whose leases had not been lost meanwhile. */
  async settle(endings: readonly Ending[]): Promise<Set<string>> {
    const column = <T>(value: (ending: Ending) => T) => endings.map(value);
    const rows = await this.database.sql<{ delivery_id: string }>(
      `with ending as (
         select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::integer[], $6::text[],
           $7::double precision[], $8::timestamptz[])
           as e (id, lease, attempt_outcome, reply, number, state, seconds, started_at)
       ), kept as (
         select o.practice_id, o.delivery_id, e.* from outbox o join ending e on e.id = o.delivery_id
         where o.practice_id = current_practice() and o.lease = e.lease
         order by o.delivery_id for update of o
       ), attempt as (
         insert into delivery_attempts (practice_id, delivery_id, number, at, outcome, reply)
         select practice_id, delivery_id, number, started_at, attempt_outcome, reply from kept
       ), delivery as (
         update deliveries d set state = k.state,
           finished_at = case when k.state = 'deferred' then null else app_now() end
         from kept k where d.practice_id = k.practice_id and d.id = k.delivery_id
         returning d.practice_id, d.user_id, d.recipient, d.state
       ), reached as (
         update users u set email_undeliverable_since = null from delivery d
         where d.state = 'accepted' and u.practice_id = d.practice_id and u.id = d.user_id
           and u.email = d.recipient and u.email_undeliverable_since is not null
       ), later as (
         update outbox o set lease = null, leased_until = null, claimed_by = null,
           due_at = next.at, claimed_until = next.at
         from kept k join deliveries d on d.practice_id = k.practice_id and d.id = k.delivery_id,
           least(d.deadline_at, app_now() + make_interval(secs => k.seconds)) as next(at)
         where k.state = 'deferred' and o.practice_id = k.practice_id and o.delivery_id = k.delivery_id
       ), done as (
         delete from outbox o using kept k
         where k.state <> 'deferred' and o.practice_id = k.practice_id and o.delivery_id = k.delivery_id
       ) select delivery_id from kept`,
      [
        column(({ delivery }) => delivery.id),
        column(({ delivery }) => delivery.lease),
        column(({ outcome: { state } }) => (state === 'failed' || state === 'cancelled' ? 'refused' : state)),
        column(({ outcome }) => outcome.reply.slice(0, 500)),
        column(({ delivery }) => delivery.attempt),
        column(({ outcome }) => outcome.state),
        column(({ outcome }) => (outcome.state === 'deferred' ? outcome.retryInSeconds : 0)),
        column(({ delivery }) => delivery.startedAt),
      ],
    );
    return new Set(rows.map((row) => row.delivery_id));
  }

  /** Returns a delivery that nothing was tried with: the attempt does not count. */
  async giveBack(delivery: LeasedDelivery, seconds: number): Promise<void> {
    await this.database.sql(
      `with kept as (
         update outbox set lease = null, leased_until = null, claimed_by = null, attempts = attempts - 1,
           due_at = app_now() + make_interval(secs => $3), claimed_until = app_now() + make_interval(secs => $3)
         where practice_id = current_practice() and delivery_id = $1 and lease = $2
         returning practice_id, delivery_id
       ) update deliveries d set state = 'deferred' from kept k
         where d.practice_id = k.practice_id and d.id = k.delivery_id`,
      [delivery.id, delivery.lease, spread(seconds)],
    );
  }

  /**
   * Puts off what nobody can send now, before anything is prepared for it, and returns the others: those whose
   * time is over must fail all the same.
   */
  async putOff(deliveryIds: readonly string[], seconds: number): Promise<string[]> {
    const put = await this.database.sql<{ delivery_id: string }>(
      `update outbox o set claimed_by = null,
         due_at = app_now() + make_interval(secs => $2), claimed_until = app_now() + make_interval(secs => $2)
       from deliveries d
       where o.practice_id = current_practice() and o.delivery_id = any($1)
         and d.practice_id = o.practice_id and d.id = o.delivery_id and d.deadline_at > app_now()
         and (o.leased_until is null or o.leased_until < app_now())
       returning o.delivery_id`,
      [deliveryIds, spread(seconds)],
    );
    const gone = new Set(put.map((row) => row.delivery_id));
    return deliveryIds.filter((id) => !gone.has(id));
  }
}

/** A little later than asked, so that what was put off together does not come back together. */
const spread = (seconds: number): number => 1 + seconds * (1 + Math.random() / 4);

const toDelivery = (row: Row) => ({
  id: row.id,
  kind: row.template,
  attempt: row.attempts,
  userId: row.user_id,
  resetId: row.reset_id,
  credentialId: row.credential_id,
  recipient: row.recipient,
  locale: row.locale,
  timeZone: row.time_zone,
  facts: row.facts,
  overdue: row.overdue,
  own: row.trial?.wording ? { ...row.trial.wording, number: null } : row.own,
  isTrial: row.trial !== null,
});
