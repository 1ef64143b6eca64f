import { Inject, Injectable } from '@nestjs/common';
import { type AuditAction, AuditTrail } from '#audit';
import { againAfterDeadlock, Database } from '#database';
import { failpoint } from '#failpoints';
import { SYSTEM } from '#runtime';
import { asTheyEnd } from './as-they-end.js';
import type { DeliveryReference } from './delivery-job.js';
import { type Ending, type LeasedDelivery, Leases, type Outcome } from './leases.js';
import { type IssuedSecret, type MessageHandler, MessageHandlers, NOBODY } from './message-handlers.js';
import { Sender } from './sender.js';

/** Until there may be a connection for a practice whose own mails hold its share of them. */
const NO_ROOM_SECONDS = 2;

/** Outcomes that are known within this time of each other share a transaction. */
const GRACE_MILLISECONDS = 150;

/** A leased delivery with what its handler brought to life for it. */
interface Letter {
  delivery: LeasedDelivery;
  secret: IssuedSecret | null;
}

/** What came of it; null where nothing was tried. */
interface Sent {
  delivery: LeasedDelivery;
  outcome: Outcome | null;
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
   * @throws the first failure, also when all got through in the end
   */
  async deliver(references: readonly DeliveryReference[]): Promise<void> {
    const practices = Map.groupBy(references, ({ practiceId }) => practiceId);
    await allEnded(
      [...practices].map(([practiceId, own]) => {
        const ids = own.map(({ deliveryId }) => deliveryId);
        return togetherOrAlone(ids, (some) => this.#deliverTogether(practiceId, some));
      }),
    );
  }

  async #deliverTogether(practiceId: string, ids: readonly string[]): Promise<void> {
    const letters = await this.#inPractice(practiceId, async () => {
      const stopped = this.sender.stoppedForSeconds;
      return this.#open(stopped === null ? ids : await this.leases.putOff(ids, stopped));
    });
    failpoint('delivery.issued');
    if (letters.length === 0) return;
    await this.#sendAll(practiceId, letters);
    failpoint('delivery.settled');
  }

  /** Each outcome is written down soon after it is known: a crash meanwhile would send the mail once more. */
  async #sendAll(practiceId: string, letters: readonly Letter[]): Promise<void> {
    const sending = letters.map(async ({ delivery, secret }) => ({
      delivery,
      outcome: await this.sender.send(delivery, secret),
    }));
    const failures: unknown[] = [];
    for await (const sent of asTheyEnd(sending, GRACE_MILLISECONDS)) {
      // The others are on their way, whatever becomes of these; what is not written down goes out once more.
      const concluded = togetherOrAlone(sent, (some) => this.#conclude(practiceId, some));
      await concluded.catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  async #conclude(practiceId: string, sent: readonly Sent[]): Promise<void> {
    const endings = sent.flatMap(({ delivery, outcome }) => (outcome ? [{ delivery, outcome }] : []));
    const untried = sent.flatMap(({ delivery, outcome }) => (outcome ? [] : [delivery]));
    await this.#inPractice(practiceId, async () => {
      const seconds = this.sender.stoppedForSeconds ?? NO_ROOM_SECONDS;
      await Promise.all([
        this.#settle(endings),
        ...untried.map((delivery) => this.leases.giveBack(delivery, seconds)),
      ]);
    });
  }

  /** An outcome that gets lost is a mail that is sent once more: nothing gives way to a deadlock. */
  #inPractice<T>(practiceId: string, work: () => Promise<T>): Promise<T> {
    return againAfterDeadlock(() => this.database.inPractice(practiceId, work));
  }

  /** What can be sent now, with what it needs; the rest is settled at once. */
  async #open(ids: readonly string[]): Promise<Letter[]> {
    const taken = await this.leases.take(ids);
    const due = this.#byHandler(taken.filter(({ overdue }) => !overdue));
    const letters = (await Promise.all(due.map(([handler, own]) => prepare(handler, own)))).flat();
    failpoint('delivery.leased');
    const open = new Set(letters.map(({ delivery }) => delivery));
    const closed = taken.filter((delivery) => !open.has(delivery));
    await this.#settle(
      closed.map((delivery) => ({ delivery, outcome: delivery.overdue ? OVERDUE : WITHDRAWN })),
    );
    return letters;
  }

  /** A trial concerns nobody but whoever sent it to themselves: no domain takes part. */
  #handlerOf({ kind, isTrial }: LeasedDelivery): MessageHandler {
    return isTrial ? NOBODY : this.handlers.of(kind);
  }

  #byHandler(deliveries: readonly LeasedDelivery[]): [MessageHandler, LeasedDelivery[]][] {
    return [...Map.groupBy(deliveries, (delivery) => this.#handlerOf(delivery))];
  }

  async #settle(endings: readonly Ending[]): Promise<void> {
    if (endings.length === 0) return;
    const kept = await this.leases.settle(endings);
    const settled = endings.filter(({ delivery }) => kept.has(delivery.id));
    const audited = await this.#tell(settled);
    failpoint('delivery.marked');
    for (const ending of settled) if (!audited.has(ending.delivery.id)) this.#record(ending);
  }

  /** Tells the domains that posted the messages; returns the deliveries about which they wrote events of their own. */
  async #tell(endings: readonly Ending[]): Promise<Set<string>> {
    const audited = new Set<string>();
    const accepted = endings.filter(({ outcome }) => outcome.state === 'accepted');
    for (const [handler, own] of this.#byHandler(accepted.map(({ delivery }) => delivery))) {
      for (const id of (await handler.accepted?.(own)) ?? []) audited.add(id);
    }
    for (const { delivery, outcome } of endings.filter(({ outcome: { state } }) => state === 'failed')) {
      const told = await this.#handlerOf(delivery).failed?.(delivery, outcome.reply);
      if (told === 'audited') audited.add(delivery.id);
    }
    return audited;
  }

  #record({ delivery, outcome }: Ending): void {
    if (outcome.state === 'cancelled') return;
    this.trail.record({
      action: `delivery.${outcome.state}` satisfies AuditAction,
      actor: SYSTEM,
      target: { type: 'delivery', id: delivery.id },
      outcome: outcome.state === 'accepted' ? 'success' : 'failed',
      changes: { template: delivery.kind, attempt: delivery.attempt, userId: delivery.userId },
    });
  }
}

const OVERDUE: Outcome = { state: 'failed', reply: 'No attempt succeeded in the time allowed' };
const WITHDRAWN: Outcome = { state: 'cancelled', reply: 'The temporary password is no longer valid' };

async function prepare(handler: MessageHandler, deliveries: readonly LeasedDelivery[]): Promise<Letter[]> {
  if (!handler.prepare) return deliveries.map((delivery) => ({ delivery, secret: null }));
  const secrets = await handler.prepare(deliveries);
  return deliveries.flatMap((delivery) => {
    const secret = secrets.get(delivery.id);
    return secret ? [{ delivery, secret }] : [];
  });
}

/** Where it fails for all together, each is tried alone. @throws the first failure, also when each then succeeds */
async function togetherOrAlone<T>(
  items: readonly T[],
  work: (some: readonly T[]) => Promise<void>,
): Promise<void> {
  await work(items).catch(async (error: unknown) => {
    if (items.length > 1) await Promise.allSettled(items.map((item) => work([item])));
    throw error;
  });
}

/** Waits for all of them, whatever becomes of any, then throws the first failure. */
async function allEnded(tasks: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
