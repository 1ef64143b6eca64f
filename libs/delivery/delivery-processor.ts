import { Inject, Injectable } from '@nestjs/common';
import { type AuditAction, AuditTrail } from '#audit';
import { Database } from '#database';
import { failpoint } from '#failpoints';
import { SYSTEM } from '#runtime';
import type { DeliveryReference } from './delivery-job.js';
import { type LeasedDelivery, Leases, type Outcome } from './leases.js';
import { type IssuedSecret, type MessageHandler, MessageHandlers } from './message-handlers.js';
import { Sender } from './sender.js';

/** Until there may be a connection for a practice whose own mails hold its share of them. */
const NO_ROOM_SECONDS = 2;

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

  /**
   * Delivers what is due and nobody else delivers; safe to call any number of times. One practice's
   * deliveries share their transactions; where that fails, each gets its own, so that none spoils the rest.
   */
  async deliver(references: readonly DeliveryReference[]): Promise<void> {
    const practices = Map.groupBy(references, ({ practiceId }) => practiceId);
    await allEnded(
      [...practices].map(async ([practiceId, own]) => {
        const ids = own.map(({ deliveryId }) => deliveryId);
        await this.#deliverTogether(practiceId, ids).catch(async (error: unknown) => {
          if (ids.length === 1) throw error;
          await allEnded(ids.map((id) => this.#deliverTogether(practiceId, [id])));
        });
      }),
    );
  }

  async #deliverTogether(practiceId: string, ids: readonly string[]): Promise<void> {
    const opened = await this.database.inPractice(practiceId, async () => {
      const stopped = this.sender.stoppedForSeconds;
      const open = stopped === null ? ids : await this.leases.putOff(ids, stopped);
      return Promise.all(open.map((id) => this.#open(id)));
    });
    failpoint('delivery.issued');
    const letters = opened.filter((letter) => letter !== null);
    if (letters.length === 0) return;
    const sent = await Promise.all(
      letters.map(async ({ delivery, secret }) => ({
        delivery,
        outcome: await this.sender.send(delivery, secret),
      })),
    );
    await this.database.inPractice(practiceId, () =>
      Promise.all(
        sent.map(({ delivery, outcome }) =>
          outcome
            ? this.#settle(delivery, outcome)
            : this.leases.giveBack(delivery, this.sender.stoppedForSeconds ?? NO_ROOM_SECONDS),
        ),
      ),
    );
    failpoint('delivery.settled');
  }

  async #open(deliveryId: string): Promise<Letter | null> {
    const delivery = await this.leases.take(deliveryId);
    if (!delivery) return null;
    if (delivery.overdue) {
      await this.#settle(delivery, { state: 'failed', reply: 'No attempt succeeded in the time allowed' });
      return null;
    }
    const handler = this.#handlerOf(delivery);
    if (!handler.prepare) return { delivery, secret: null };
    const secret = await handler.prepare(delivery);
    failpoint('delivery.leased');
    if (secret) return { delivery, secret };
    await this.#settle(delivery, { state: 'cancelled', reply: 'The temporary password is no longer valid' });
    return null;
  }

  /** A trial concerns nobody but whoever sent it to themselves: no domain takes part. */
  #handlerOf({ kind, isTrial }: LeasedDelivery): MessageHandler {
    return isTrial ? {} : this.handlers.of(kind);
  }

  async #settle(delivery: LeasedDelivery, outcome: Outcome): Promise<void> {
    if (!(await this.leases.settle(delivery, outcome))) return;
    const audited = await tell(this.#handlerOf(delivery), delivery, outcome);
    failpoint('delivery.marked');
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

/** Waits for all of them, whatever becomes of any, then throws the first failure. */
async function allEnded(tasks: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** True when the domain that posted the message has written its own event about the outcome. */
async function tell(handler: MessageHandler, delivery: LeasedDelivery, outcome: Outcome): Promise<boolean> {
  if (outcome.state === 'accepted') return (await handler.accepted?.(delivery, outcome.reply)) === 'audited';
  if (outcome.state === 'failed') return (await handler.failed?.(delivery, outcome.reply)) === 'audited';
  return false;
}
