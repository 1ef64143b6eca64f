import { Inject, Injectable } from '@nestjs/common';
import { Database, Listener } from '#database';
import { Logger, safeError } from '#runtime';
import { BulkQueue } from './bulk-queue.js';
import { type BulkReference, BulkWork } from './bulk-work.js';

const MOST = 20;
/** A claim whose job was lost lapses after this long and is made again; a step takes a second or less. */
const CLAIM_SECONDS = 30;
/** One step works while another waits for the database: more would only take from who is waiting for a page. */
const STEPS_AT_ONCE = 2;
const SWEEP_MILLISECONDS = 1_000;

/** Moves due steps of large work into the queue: at once when one is posted or ends (NOTIFY), and by a sweep. */
@Injectable()
export class BulkRelay {
  #listener: Listener | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(BulkWork) private readonly bulk: BulkWork,
    @Inject(BulkQueue) private readonly queue: BulkQueue,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** `listenUrl` must reach PostgreSQL directly: LISTEN needs a session. */
  async start(listenUrl: string): Promise<void> {
    this.queue.work((step) => this.#work(step), STEPS_AT_ONCE);
    await this.#listen(listenUrl);
    this.#timer = setInterval(() => this.#sweep(listenUrl), SWEEP_MILLISECONDS);
    this.wake();
  }

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
        if (claimed.length > 0) await this.queue.add(claimed);
        this.#again ||= claimed.length === MOST;
      }
    } catch (error) {
      this.log.warn({ err: safeError(error) }, 'large work could not be moved; it will be tried again');
    }
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

  #sweep(listenUrl: string): void {
    this.wake();
    if (this.#listener) return;
    this.#listen(listenUrl).catch((error: unknown) =>
      this.log.warn(
        { err: safeError(error) },
        'large work is swept up only: the database cannot be listened to',
      ),
    );
  }

  async #listen(listenUrl: string): Promise<void> {
    const wake = () => this.wake();
    const forget = () => {
      this.#listener = undefined;
    };
    this.#listener = await Listener.open(listenUrl, 'latchkey_bulk', wake, forget);
  }
}
