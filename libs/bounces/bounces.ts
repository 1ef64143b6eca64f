import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import { MessageHandlers } from '#delivery';
import { Problem, SYSTEM } from '#runtime';
import { KeyRing, openReturnToken, type ReturnedDelivery } from '#secrets';
import type { MessageKind } from '#wording';
import { type DeliveryReport, readReturnedMail } from './delivery-report.js';

interface Row {
  template: MessageKind;
  user_id: string | null;
  reset_id: string | null;
  credential_id: string | null;
  is_trial: boolean;
}

const RETURN_ADDRESS = /\bb\+([0-9a-z]{52}\.[0-9a-z]{9})@/gi;
/** A report has one return address; more are somebody trying. */
const MOST_ADDRESSES = 3;
/** An acceptance is written down in a moment, or after the next attempt. */
const COME_AGAIN_SECONDS = 60;

/**
 * Takes what mail servers send back. Only an address that this installation has made says which delivery it is
 * about, and only a delivery that was accepted changes: forged and repeated reports change nothing.
 */
@Injectable()
export class Bounces {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(KeyRing) private readonly keys: KeyRing,
    @Inject(MessageHandlers) private readonly handlers: MessageHandlers,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** The delivery whose mail returns to this address; null for every address that is not ours. */
  deliveryOf(address: string): ReturnedDelivery | null {
    for (const [, token = ''] of [...address.matchAll(RETURN_ADDRESS)].slice(0, MOST_ADDRESSES)) {
      const delivery = openReturnToken(this.keys, token);
      if (delivery) return delivery;
    }
    return null;
  }

  /**
   * Takes a mail as it came; `recipient` is the envelope's, or null where only the mail itself is known.
   * @throws Problem `overloaded` for a delivery whose acceptance has not been written down: it must come again
   */
  async take(raw: Buffer, recipient: string | null): Promise<'noted' | 'ignored'> {
    const { addressedTo, report } = await readReturnedMail(raw);
    const returned = this.deliveryOf(recipient ?? addressedTo);
    if (!returned || !report) return 'ignored';
    const noted = await this.database.inPractice(returned.practiceId, () =>
      this.#note(returned.deliveryId, report),
    );
    return noted ? 'noted' : 'ignored';
  }

  async #note(deliveryId: string, report: DeliveryReport): Promise<boolean> {
    await this.#mustHaveEnded(deliveryId);
    const failed = report.kind === 'failed';
    const [row] = await (failed ? this.#bounce(deliveryId, report) : this.#delay(deliveryId, report));
    if (!row) return false;
    const { template, user_id: userId, reset_id: resetId, credential_id: credentialId } = row;
    this.trail.record({
      action: failed ? 'delivery.bounced' : 'delivery.delayed',
      actor: SYSTEM,
      target: { type: 'delivery', id: deliveryId },
      outcome: 'failed',
      changes: { template, userId },
    });
    // A mail that somebody sent to themselves to see its wording concerns no domain.
    if (failed && !row.is_trial) {
      const delivery = { id: deliveryId, userId, resetId, credentialId };
      await this.handlers.of(template).failed?.(delivery, report.reply);
    }
    return true;
  }

  /** A server that refuses at once is quicker than we are with its 250, and a worker may have died with it. */
  async #mustHaveEnded(deliveryId: string): Promise<void> {
    const [row] = await this.database.sql<{ state: string }>(
      'select state from deliveries where practice_id = current_practice() and id = $1 for update',
      [deliveryId],
    );
    if (row?.state !== 'sending' && row?.state !== 'deferred') return;
    throw Problem.of('overloaded').retryAfter(COME_AGAIN_SECONDS).because(`the delivery is ${row.state}`);
  }

  /** For good: the address is one that mail does not reach, as long as it is the user's. */
  #bounce(deliveryId: string, { reply, isForGood }: DeliveryReport): Promise<Row[]> {
    return this.database.sql<Row>(
      `with bounced as (
         update deliveries set state = 'bounced'
         where practice_id = current_practice() and id = $1 and state = 'accepted' returning *
       ), attempt as (
         insert into delivery_attempts (practice_id, delivery_id, number, at, outcome, reply)
         select practice_id, id, 1 + (select coalesce(max(a.number), 0) from delivery_attempts a
           where a.practice_id = b.practice_id and a.delivery_id = b.id), app_now(), 'bounced', $2 from bounced b
       ), marked as (
         update users u set email_undeliverable_since = coalesce(email_undeliverable_since, app_now()) from bounced b
         where $3 and u.practice_id = b.practice_id and u.id = b.user_id and u.email = b.recipient
       ) select template, user_id, reset_id, credential_id, trial is not null as is_trial from bounced`,
      [deliveryId, reply, isForGood],
    );
  }

  /** Noted once: a server may send word of it every few hours. */
  #delay(deliveryId: string, { reply }: DeliveryReport): Promise<Row[]> {
    return this.database.sql<Row>(
      `with late as (
         select * from deliveries d where practice_id = current_practice() and id = $1 and state = 'accepted'
           and not exists (select from delivery_attempts a where a.practice_id = d.practice_id
             and a.delivery_id = d.id and a.outcome = 'delayed')
         for update
       ), attempt as (
         insert into delivery_attempts (practice_id, delivery_id, number, at, outcome, reply)
         select practice_id, id, 1 + (select coalesce(max(a.number), 0) from delivery_attempts a
           where a.practice_id = l.practice_id and a.delivery_id = l.id), app_now(), 'delayed', $2 from late l
       ) select template, user_id, reset_id, credential_id, trial is not null as is_trial from late`,
      [deliveryId, reply],
    );
  }
}
