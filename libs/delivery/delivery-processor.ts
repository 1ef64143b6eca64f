import { Inject, Injectable } from '@nestjs/common';
import { type AuditAction, AuditTrail } from '#audit';
import { Database } from '#database';
import { SYSTEM } from '#runtime';
import type { DeliveryReference } from './delivery-job.js';
import { type LeasedDelivery, Leases, type Outcome } from './leases.js';
import { type IssuedSecret, type MessageHandler, MessageHandlers } from './message-handlers.js';
import { Sender } from './sender.js';

/** A leased delivery with what its handler brought to life for it. */
interface Letter {
  delivery: LeasedDelivery;
  secret: IssuedSecret | null;
}

/**
 * Takes a delivery from its lease to its outcome. The credential's verifier is committed before the
 * mail goes out, so that a crash after the server's 250 strands nobody: the next attempt derives the
 * same credential and sends the identical mail.
 */
@Injectable()
export class DeliveryProcessor {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Leases) private readonly leases: Leases,
    @Inject(MessageHandlers) private readonly handlers: MessageHandlers,
    @Inject(Sender) private readonly sender: Sender,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** Delivers once, if it is due and nobody else does. Safe to call any number of times. */
  async deliver({ practiceId, deliveryId }: DeliveryReference): Promise<void> {
    const letter = await this.database.inPractice(practiceId, () => this.#open(deliveryId));
    if (!letter) return;
    const outcome = await this.sender.send(letter.delivery, letter.secret);
    await this.database.inPractice(practiceId, () => this.#settle(letter.delivery, outcome));
  }

  async #open(deliveryId: string): Promise<Letter | null> {
    const delivery = await this.leases.take(deliveryId);
    if (!delivery) return null;
    if (delivery.overdue) {
      await this.#settle(delivery, { state: 'failed', reply: 'No attempt succeeded in the time allowed' });
      return null;
    }
    const handler = this.handlers.of(delivery.kind);
    if (!handler.prepare) return { delivery, secret: null };
    const secret = await handler.prepare(delivery);
    if (secret) return { delivery, secret };
    await this.#settle(delivery, { state: 'cancelled', reply: 'The temporary password is no longer valid' });
    return null;
  }

  async #settle(delivery: LeasedDelivery, outcome: Outcome): Promise<void> {
    if (!(await this.leases.settle(delivery, outcome))) return;
    const audited = await tell(this.handlers.of(delivery.kind), delivery, outcome);
    if (audited || outcome.state === 'cancelled') return;
    this.trail.record({
      action: `delivery.${outcome.state}` satisfies AuditAction,
      actor: SYSTEM,
      target: { type: 'delivery', id: delivery.id },
      outcome: outcome.state === 'accepted' ? 'success' : 'failed',
      changes: { template: delivery.kind, attempt: delivery.attempt, userId: delivery.userId },
    });
  }
}

/** True when the domain that posted the message has written its own event about the outcome. */
async function tell(handler: MessageHandler, delivery: LeasedDelivery, outcome: Outcome): Promise<boolean> {
  if (outcome.state === 'accepted') return (await handler.accepted?.(delivery, outcome.reply)) === 'audited';
  if (outcome.state === 'failed') return (await handler.failed?.(delivery, outcome.reply)) === 'audited';
  return false;
}
