import { Inject, Injectable } from '@nestjs/common';
import { Database, Watch } from '#database';
import { Logger, safeError } from '#runtime';
import { BulkQueue } from './bulk-queue.js';
import { type BulkReference, BulkWork } from './bulk-work.js';

const MOST = 20;
/** A claim whose job was lost lapses after this long and is made again; a step takes a second or less. */
const CLAIM_SECONDS = 30;
/** One step works while another waits for the database: more would only take from who is waiting for a page. */
const STEPS_AT_ONCE = 2;

/** Moves due steps of large work into the queue: at once when one is posted or ends (NOTIFY), and by a sweep. */
@Injectable()
export class BulkRelay {
  readonly #watch = new Watch({
    channel: 'latchkey_bulk',
    look: () => this.#look(),
    complain: (error, what) =>
      this.log.warn({ err: safeError(error), what }, 'large work waits; it will be tried again'),
  });

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
    if (claimed.length > 0) await this.queue.add(claimed);
    return claimed.length === MOST;
  }

  async #claim(): Promise<BulkReference[]> {
    const rows = await this.database.outsidePractice(() =>
      this.database.sql<{ practice_id: string; id: string; kind: BulkReference['kind'] }>(
        'select practice_id, id, kind from claim_bulk_work($1, $2)',
        [MOST, CLAIM_SECONDS],
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
      await this.bulk.failed(step).catch(() => undefined);
    }
  }
}
