import { Inject, Injectable } from '@nestjs/common';
import { Database, Watch } from '#database';
import { failpoint } from '#failpoints';
import { Logger, newId, safeError } from '#runtime';
import { BulkQueue } from './bulk-queue.js';
import { type BulkReference, BulkWork, CLAIM_SECONDS } from './bulk-work.js';

/** One step works while another waits for the database: more would only take from who is waiting for a page. */
const STEPS_AT_ONCE = 2;
/** What a worker claims beyond that is at hand as a step ends; more would lapse while it waits. */
const WINDOW = 4;

/** Moves due steps of large work into the queue: at once when one is posted or ends (NOTIFY), and by a sweep. */
@Injectable()
export class BulkRelay {
  readonly #watch = new Watch({
    channel: 'latchkey_bulk',
    look: () => this.#look(),
    complain: (error, what) =>
      this.log.warn({ err: safeError(error), what }, 'large work waits; it will be tried again'),
  });
  /** Claims are held by name: each worker has a window of its own. */
  readonly #name = newId();

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(BulkWork) private readonly bulk: BulkWork,
    @Inject(BulkQueue) private readonly queue: BulkQueue,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** `listenUrl` must reach PostgreSQL directly: LISTEN needs a session. */
  async start(listenUrl: string): Promise<void> {
    this.queue.work((step) => this.#work(step), STEPS_AT_ONCE);
    await this.#watch.start(listenUrl);
  }

  async stop(): Promise<void> {
    await this.#watch.stop();
    await this.queue.close();
  }

  async #look(): Promise<boolean> {
    const claimed = await this.#claim();
    if (claimed.length > 0) {
      failpoint('bulk.claimed');
      await this.queue.add(claimed).catch(async (error: unknown) => {
        await this.#giveBack(claimed);
        throw error;
      });
      failpoint('bulk.queued');
    }
    return false;
  }

  async #claim(): Promise<BulkReference[]> {
    const rows = await this.database.outsidePractice(() =>
      this.database.sql<{ practice_id: string; id: string; kind: BulkReference['kind'] }>(
        'select practice_id, id, kind from claim_bulk_work($1, $2, $3)',
        [this.#name, WINDOW, CLAIM_SECONDS],
      ),
    );
    return rows.map(({ practice_id: practiceId, id, kind }) => ({ practiceId, id, kind }));
  }

  /** What fails is tried again from the table: the queue never decides. */
  async #work(step: BulkReference): Promise<void> {
    try {
      await this.bulk.step(step);
    } catch (error) {
      this.log.warn(
        { ...step, err: safeError(error) },
        'a step of large work failed; it will be tried again',
      );
      await this.#giveBack([step]);
    }
    // A place in the window is free.
    this.#watch.wake();
  }

  /** What cannot be given back now lapses. */
  async #giveBack(steps: readonly BulkReference[]): Promise<void> {
    await Promise.allSettled(steps.map((step) => this.bulk.giveBack(step)));
  }
}
