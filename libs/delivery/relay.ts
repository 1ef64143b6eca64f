import { Inject, Injectable } from '@nestjs/common';
import { Database, Listener } from '#database';
import { Logger, safeError } from '#runtime';
import type { DeliveryReference, JobName } from './delivery-job.js';
import { DeliveryProcessor } from './delivery-processor.js';
import { type DeliveryBatch, DeliveryQueue } from './delivery-queue.js';
import { MailPulse } from './mail-pulse.js';

/** Deliveries claimed and not yet finished, in the whole installation: what waits behind them is fair. */
const WINDOW = 256;
/** A claim whose job was lost lapses after this long and is made again. */
const CLAIM_SECONDS = 30;
const PER_JOB = 32;
const JOBS_AT_ONCE = 4;
/** Under load, claims are gathered this long, so that a job carries many deliveries instead of one. */
const GATHER_MILLISECONDS = 40;
const SWEEP_MILLISECONDS = 1_000;

/**
 * Moves due deliveries from the outbox into the queue: at once when a transaction posts one (NOTIFY),
 * and by a sweep for everything else, such as retries and whatever a crash or a lost queue left behind.
 */
@Injectable()
export class Relay {
  #listener: Listener | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(DeliveryProcessor) private readonly processor: DeliveryProcessor,
    @Inject(MailPulse) private readonly pulse: MailPulse,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** Starts relaying and working. `listenUrl` must reach PostgreSQL directly: LISTEN needs a session. */
  async start(listenUrl: string): Promise<void> {
    this.queue.work((deliveries) => this.#work(deliveries), JOBS_AT_ONCE);
    await this.#listen(listenUrl);
    this.#timer = setInterval(() => this.#sweep(listenUrl), SWEEP_MILLISECONDS);
    // The first sign of life: until it is written, mail counts as delayed.
    await this.pulse.write();
    this.wake();
  }

  /** Looks for due deliveries now, or once more when it is already looking. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#listener?.close().catch(() => undefined);
    await this.#running;
    await this.queue.close();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        const claimed = await this.#claim();
        if (claimed.length > 0) await this.queue.add(intoBatches(claimed));
        // One at a time is no load: the next one must not wait.
        if (claimed.length > 1) await new Promise((resolve) => setTimeout(resolve, GATHER_MILLISECONDS));
      }
    } catch (error) {
      // What was claimed comes back when its claim lapses.
      this.log.warn({ err: safeError(error) }, 'the relay could not move deliveries; it will try again');
    }
  }

  #claim() {
    return this.database.outsidePractice(() =>
      this.database.sql<{ practice_id: string; delivery_id: string; job: JobName }>(
        'select practice_id, delivery_id, job from claim_deliveries($1, $2)',
        [WINDOW, CLAIM_SECONDS],
      ),
    );
  }

  async #work(deliveries: readonly DeliveryReference[]): Promise<void> {
    try {
      await this.processor.deliver(deliveries);
    } catch (error) {
      const facts = { deliveries: deliveries.length, err: safeError(error) };
      this.log.warn(facts, 'deliveries were interrupted; they will be swept up');
    }
    this.wake();
  }

  #sweep(listenUrl: string): void {
    this.wake();
    const upkeep = [this.pulse.write(), this.#listener ? Promise.resolve() : this.#listen(listenUrl)];
    for (const task of upkeep) {
      task.catch((error: unknown) => this.log.warn({ err: safeError(error) }, 'the relay lost the database'));
    }
  }

  async #listen(listenUrl: string): Promise<void> {
    const wake = () => this.wake();
    const forget = () => {
      this.#listener = undefined;
    };
    this.#listener = await Listener.open(listenUrl, 'latchkey_outbox', wake, forget);
  }
}

/** Jobs of up to 32 deliveries of one kind; a practice's own stay together, so that they share transactions. */
function intoBatches(
  rows: readonly { practice_id: string; delivery_id: string; job: JobName }[],
): DeliveryBatch[] {
  return [...Map.groupBy(rows, ({ job }) => job)].flatMap(([job, ofJob]) => {
    const deliveries = [...Map.groupBy(ofJob, (row) => row.practice_id).values()]
      .flat()
      .map((row) => ({ practiceId: row.practice_id, deliveryId: row.delivery_id }));
    const batches: DeliveryBatch[] = [];
    for (let start = 0; start < deliveries.length; start += PER_JOB) {
      batches.push({ job, deliveries: deliveries.slice(start, start + PER_JOB) });
    }
    return batches;
  });
}
