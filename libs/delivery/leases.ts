import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { newId } from '#runtime';
import type { PostedDelivery } from './message-handlers.js';
import type { MessageKind } from './messages.js';

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
  timeZone: string;
  facts: object;
  overdue: boolean;
}

interface Row {
  template: MessageKind;
  user_id: string | null;
  reset_id: string | null;
  credential_id: string | null;
  recipient: string;
  time_zone: string;
  facts: object;
  overdue: boolean;
  attempts: number;
}

/** How an attempt ended. */
export type Outcome =
  | { state: 'accepted' | 'failed'; reply: string }
  | { state: 'deferred'; reply: string; retryInSeconds: number }
  | { state: 'cancelled'; reply: string };

/**
 * The fence around one delivery: whoever holds the lease sends, and only the holder's outcome counts.
 * A worker that was stopped past its lease finds it taken and changes nothing.
 */
@Injectable()
export class Leases {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Takes the delivery for one attempt; null when it is final, not due, or somebody else's. */
  async take(deliveryId: string): Promise<LeasedDelivery | null> {
    const lease = newId();
    const [row] = await this.database.sql<Row>(
      `with leased as (
         update outbox set lease = $2, leased_until = app_now() + make_interval(secs => ${LEASE_SECONDS}),
           attempts = attempts + 1
         where practice_id = current_practice() and delivery_id = $1 and due_at <= app_now()
           and (leased_until is null or leased_until < app_now())
         returning practice_id, delivery_id, attempts
       ), delivery as (
         update deliveries d set state = 'sending' from leased l
         where d.practice_id = l.practice_id and d.id = l.delivery_id
           and d.state in ('queued', 'sending', 'deferred')
         returning d.*, l.attempts
       )
       select template, user_id, reset_id, credential_id, recipient, time_zone, facts, attempts,
         deadline_at <= app_now() as overdue from delivery`,
      [deliveryId, lease],
    );
    if (!row) return null;
    return {
      practiceId: this.database.practiceId,
      id: deliveryId,
      lease,
      kind: row.template,
      attempt: row.attempts,
      startedAt: this.database.now,
      userId: row.user_id,
      resetId: row.reset_id,
      credentialId: row.credential_id,
      recipient: row.recipient,
      timeZone: row.time_zone,
      facts: row.facts,
      overdue: row.overdue,
    };
  }

  /** Writes down how the attempt ended; false when the lease was lost meanwhile. */
  async settle(delivery: LeasedDelivery, outcome: Outcome): Promise<boolean> {
    const rows = await this.database.sql(
      `with kept as (
         select practice_id, delivery_id from outbox
         where practice_id = current_practice() and delivery_id = $1 and lease = $2 for update
       ), attempt as (
         insert into delivery_attempts (practice_id, delivery_id, number, at, outcome, reply)
         select practice_id, delivery_id, $5, $8, $3, $4 from kept
       ), delivery as (
         update deliveries d set state = $6, finished_at = case when $6 = 'deferred' then null else app_now() end
         from kept k where d.practice_id = k.practice_id and d.id = k.delivery_id
       ), later as (
         update outbox o set lease = null, leased_until = null, claimed_until = null,
           due_at = app_now() + make_interval(secs => $7)
         from kept k where $6 = 'deferred' and o.practice_id = k.practice_id and o.delivery_id = k.delivery_id
       ), done as (
         delete from outbox o using kept k
         where $6 <> 'deferred' and o.practice_id = k.practice_id and o.delivery_id = k.delivery_id
       ) select 1 from kept`,
      [
        delivery.id,
        delivery.lease,
        outcome.state === 'failed' || outcome.state === 'cancelled' ? 'refused' : outcome.state,
        outcome.reply.slice(0, 500),
        delivery.attempt,
        outcome.state,
        outcome.state === 'deferred' ? outcome.retryInSeconds : 0,
        delivery.startedAt,
      ],
    );
    return rows.length > 0;
  }
}
