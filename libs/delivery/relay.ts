import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Database, Watch } from '#database';
import { failpoint } from '#failpoints';
import { MailWatch } from '#mail';
import { Logger, NIL_ID, newId, Rounds, safeError } from '#runtime';
import type { DeliveryReference, JobName } from './delivery-job.js';
import { DeliveryProcessor } from './delivery-processor.js';
import { type DeliveryBatch, DeliveryQueue } from './delivery-queue.js';

/** A claim whose job was lost lapses after this long and is made again. */
const CLAIM_SECONDS = 30;
/**
 * Jobs at once in one worker. A narrow window goes out as jobs of one, so that no worker holds what another
 * has connections for; a wide one as few jobs of many, which share their transactions.
 */
const JOBS_AT_ONCE = 64;
const MOST_PER_JOB = 32;
/**
 * Under load, what comes within a moment is claimed together and shares its practice's transactions, which cost
 * far more than what is done in them: the longer, the more deliveries are under way. One at a time never waits,
 * and what has enough of each practice to share waits for little more.
 */
const GATHER = { millisecondsEach: 5, most: 200, enoughPerPractice: 4, mostOfEnough: 20 };
const MAIL_LOOK_MILLISECONDS = 1_000;
/** How often whatever has run out of time is looked for while mail is stopped. */
const OVERDUE_SECONDS = 15;

interface Claimed {
  practice_id: string;
  delivery_id: string;
  job: JobName;
}

/**
 * Moves due deliveries from the outbox into the queue: at once when a transaction posts one (NOTIFY),
 * and by a sweep for everything else, such as retries and whatever a crash or a lost queue left behind.
 */
@Injectable()
export class Relay {
  readonly #watch = new Watch({
    channel: 'latchkey_outbox',
    look: () => this.#look(),
    complain: (error) => this.#lost(error),
  });
  readonly #mailLooks = new Rounds(() => this.mail.look(), {
    everyMilliseconds: MAIL_LOOK_MILLISECONDS,
    complain: (error) => this.#lost(error),
  });
  /** Claims are held by name: each worker has a window of its own. */
  readonly #name = newId();
  /** The practice whose turn was the last one. */
  #lastServed = NIL_ID;
  #overdueSoughtAt = 0;
  /** Deliveries that this worker has taken up and not ended. */
  #underWay = 0;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(DeliveryProcessor) private readonly processor: DeliveryProcessor,
    @Inject(MailWatch) private readonly mail: MailWatch,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** Starts relaying and working. `listenUrl` must reach PostgreSQL directly: LISTEN needs a session. */
  async start(listenUrl: string): Promise<void> {
    this.queue.work((deliveries) => this.#work(deliveries), JOBS_AT_ONCE);
    // The first sign of life: until it is written, mail counts as delayed.
    await this.mail.look();
    this.#mailLooks.start();
    await this.#watch.start(listenUrl);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#watch.stop(), this.#mailLooks.stop()]);
    await this.queue.close();
  }

  /** What was claimed and got lost comes back when its claim lapses. */
  async #look(): Promise<boolean> {
    const { window, stopped } = this.mail;
    const claimed = stopped ? await this.#claimOverdue(window) : await this.#claim(window);
    if (claimed.length > 0) {
      failpoint('relay.claimed');
      await this.queue.add(intoBatches(claimed, perJob(window)));
      failpoint('relay.queued');
    }
    await this.#gather(claimed);
    return false;
  }

  async #gather(claimed: readonly Claimed[]): Promise<void> {
    if (claimed.length === 0) return;
    const practices = new Set(claimed.map((row) => row.practice_id)).size;
    const enough = claimed.length >= practices * GATHER.enoughPerPractice;
    const wanted = (this.#underWay - 1) * GATHER.millisecondsEach;
    if (wanted > 0) await sleep(Math.min(wanted, enough ? GATHER.mostOfEnough : GATHER.most));
  }

  /** One place in eight is there when others come, as one connection in eight is (`FairSlots`). */
  async #claim(window: number): Promise<Claimed[]> {
    const share = window - Math.ceil(window / 8);
    const values = [this.#name, window, share, CLAIM_SECONDS, this.#lastServed];
    const claimed = await this.database.outsidePractice(() =>
      this.database.sql<Claimed>(
        'select practice_id, delivery_id, job from claim_deliveries($1, $2, $3, $4, $5)',
        values,
      ),
    );
    this.#lastServed = claimed.at(-1)?.practice_id ?? this.#lastServed;
    return claimed;
  }

  /** While nothing can be sent, what has run out of time must still be given up, and told. */
  async #claimOverdue(window: number): Promise<Claimed[]> {
    const now = this.database.timeNearby.getTime();
    if (now - this.#overdueSoughtAt < OVERDUE_SECONDS * 1_000) return [];
    const claimed = await this.database.outsidePractice(() =>
      this.database.sql<Claimed>(
        'select practice_id, delivery_id, job from claim_overdue_deliveries($1, $2, $3)',
        [this.#name, window, CLAIM_SECONDS],
      ),
    );
    if (claimed.length < window) this.#overdueSoughtAt = now;
    return claimed;
  }

  async #work(deliveries: readonly DeliveryReference[]): Promise<void> {
    this.#underWay += deliveries.length;
    try {
      await this.processor.deliver(deliveries);
    } catch (error) {
      const facts = { deliveries: deliveries.length, err: safeError(error) };
      this.log.warn(facts, 'deliveries were interrupted; they will be swept up');
    } finally {
      this.#underWay -= deliveries.length;
    }
    this.#watch.wake();
  }

  #lost(error: unknown): void {
    this.log.warn({ err: safeError(error) }, 'the relay could not move deliveries; it will try again');
  }
}

const perJob = (window: number): number =>
  window <= JOBS_AT_ONCE ? 1 : Math.min(MOST_PER_JOB, Math.ceil(window / 8));

/** Jobs of deliveries of one kind; a practice's own stay together, so that they share transactions. */
function intoBatches(rows: readonly Claimed[], most: number): DeliveryBatch[] {
  return [...Map.groupBy(rows, ({ job }) => job)].flatMap(([job, ofJob]) => {
    const deliveries = [...Map.groupBy(ofJob, (row) => row.practice_id).values()]
      .flat()
      .map((row) => ({ practiceId: row.practice_id, deliveryId: row.delivery_id }));
    const batches: DeliveryBatch[] = [];
    for (let start = 0; start < deliveries.length; start += most) {
      batches.push({ job, deliveries: deliveries.slice(start, start + most) });
    }
    return batches;
  });
}
