import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';

const KEPT = 50;
const WRITE_EVERY_MILLISECONDS = 5_000;
/** This many deferrals in a row mean that mail is not running, rather than one bad mailbox. */
const DELAYED_AFTER = 3;

export interface Pulse {
  state: 'normal' | 'delayed';
  typicalSeconds: number;
  /** A worker has written within the last two minutes: somebody takes mail out of the queue. */
  workerAlive: boolean;
}

/** How mail is running now, for the whole installation: written by workers, told to whoever waits. */
@Injectable()
export class MailPulse {
  readonly #recent: number[] = [];
  #deferredInARow = 0;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #writtenState: Pulse['state'] = 'normal';

  constructor(@Inject(Database) private readonly database: Database) {}

  accepted(milliseconds: number): void {
    this.#deferredInARow = 0;
    this.#recent.push(milliseconds);
    if (this.#recent.length > KEPT) this.#recent.shift();
  }

  deferred(): void {
    this.#deferredInARow += 1;
  }

  /** Writes at most every few seconds, sooner when the state turned. Called by the relay's sweep. */
  async write(now = performance.now()): Promise<void> {
    const state = this.#deferredInARow >= DELAYED_AFTER ? 'delayed' : 'normal';
    if (state === this.#writtenState && now - this.#writtenAt < WRITE_EVERY_MILLISECONDS) return;
    this.#writtenAt = now;
    this.#writtenState = state;
    await this.database.outsidePractice(() =>
      this.database.sql(
        'update mail_pulse set state = $1, typical_seconds = $2, worker_seen_at = app_now()',
        [state, this.#typicalSeconds()],
      ),
    );
  }

  /** Read inside any unit of work. Without a sign of life from a worker, mail counts as delayed. */
  async read(): Promise<Pulse> {
    const [row] = await this.database.sql<{ state: Pulse['state']; typical_seconds: number; alive: boolean }>(
      `select state, typical_seconds,
         coalesce(worker_seen_at > app_now() - interval '2 minutes', false) as alive from mail_pulse`,
    );
    const typicalSeconds = row?.typical_seconds ?? 5;
    if (!row?.alive) return { state: 'delayed', typicalSeconds, workerAlive: false };
    return { state: row.state, typicalSeconds, workerAlive: true };
  }

  #typicalSeconds(): number {
    const sorted = this.#recent.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return Math.max(5, Math.ceil(median / 1_000));
  }
}
