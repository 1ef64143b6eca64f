import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';

const KEPT = 50;
const WRITE_EVERY_MILLISECONDS = 5_000;
/** This many deferrals in a row mean that mail is not running, rather than one bad mailbox. */
const DELAYED_AFTER = 3;
/** This many mails put off, and none taken, are more than a mailbox that is full. */
const REFUSED_MAILS = 3;

/** Whether a mail server can be reached; the servers stand in the order of the configuration, without names. */
export type RouteState = 'ok' | 'unavailable';

export interface Pulse {
  state: 'normal' | 'delayed';
  typicalSeconds: number;
  /** A worker has written within the last two minutes: somebody takes mail out of the queue. */
  workerAlive: boolean;
  routes: RouteState[];
  /** Since when no route has been there at all. */
  stoppedAt: Date | null;
}

interface Row {
  state: Pulse['state'];
  typical_seconds: number;
  alive: boolean;
  routes: RouteState[];
  stopped_at: Date | null;
}

/** What the installation knows as a worker writes. */
export interface Standing {
  /** It counts as stopped. */
  isStopped: boolean;
  /** And yet a mail has got out of here since the last time. */
  gotOut: boolean;
}

/**
 * How mail is running now, for the whole installation: written by workers, told to whoever waits. Workers
 * share their servers, so the last one to write speaks for all.
 */
@Injectable()
export class MailPulse {
  readonly #recent: number[] = [];
  #deferredInARow = 0;
  readonly #putOff = new Set<string>();
  #putOffSince: Date | null = null;
  #accepted = 0;
  #acceptedWritten = 0;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #written = '';

  constructor(@Inject(Database) private readonly database: Database) {}

  accepted(milliseconds: number): void {
    this.#deferredInARow = 0;
    this.forgetRefusals();
    this.#accepted += 1;
    this.#recent.push(milliseconds);
    if (this.#recent.length > KEPT) this.#recent.shift();
  }

  deferred(deliveryId: string): void {
    this.#deferredInARow += 1;
    this.#putOffSince ??= this.database.timeNearby;
    if (this.#putOff.size < REFUSED_MAILS) this.#putOff.add(deliveryId);
  }

  /** Since when this worker's mails have all been put off; null while some are taken, or hardly any were tried. */
  get refusedSince(): Date | null {
    return this.#putOff.size < REFUSED_MAILS ? null : this.#putOffSince;
  }

  forgetRefusals(): void {
    this.#putOff.clear();
    this.#putOffSince = null;
  }

  /** Writes at most every few seconds, sooner when the state turned; null when there was nothing to write. */
  async write(routes: readonly RouteState[], now = performance.now()): Promise<Standing | null> {
    const out = routes.every((route) => route === 'unavailable');
    const state = out || this.#deferredInARow >= DELAYED_AFTER ? 'delayed' : 'normal';
    const saying = JSON.stringify({ state, routes });
    if (saying === this.#written && now - this.#writtenAt < WRITE_EVERY_MILLISECONDS) return null;
    const before = this.#accepted;
    const [row] = await this.database.outsidePractice(() =>
      this.database.sql<{ stopped: boolean }>(
        `update mail_pulse set state = $1, typical_seconds = $2, routes = $3, worker_seen_at = app_now()
         returning stopped_at is not null as stopped`,
        [state, this.#typicalSeconds(), JSON.stringify(routes)],
      ),
    );
    // Only now: what could not be written is written by the next look.
    const gotOut = before > this.#acceptedWritten;
    this.#acceptedWritten = before;
    this.#writtenAt = now;
    this.#written = saying;
    return { isStopped: row?.stopped === true, gotOut };
  }

  /** Notes that mail has stopped; false when that was known already. */
  async stop(): Promise<boolean> {
    const rows = await this.database.outsidePractice(() =>
      this.database.sql('update mail_pulse set stopped_at = app_now() where stopped_at is null returning 1'),
    );
    return rows.length > 0;
  }

  /** Notes that mail runs again, and returns since when it had not; null when that was known already. */
  async resume(): Promise<Date | null> {
    const [row] = await this.database.outsidePractice(() =>
      this.database.sql<{ since: Date }>(
        `update mail_pulse p set stopped_at = null from (select stopped_at as since from mail_pulse for update) before
         where p.stopped_at is not null returning before.since`,
      ),
    );
    return row?.since ?? null;
  }

  /** Read inside any unit of work. Without a sign of life from a worker, mail counts as delayed. */
  async read(): Promise<Pulse> {
    const [row] = await this.database.sql<Row>(
      `select state, typical_seconds, routes, stopped_at,
         coalesce(worker_seen_at > app_now() - interval '2 minutes', false) as alive from mail_pulse`,
    );
    const typicalSeconds = row?.typical_seconds ?? 5;
    const { routes, stopped_at: stoppedAt } = row ?? { routes: [], stopped_at: null };
    if (!row?.alive) return { state: 'delayed', typicalSeconds, workerAlive: false, routes, stoppedAt };
    return { state: row.state, typicalSeconds, workerAlive: true, routes, stoppedAt };
  }

  #typicalSeconds(): number {
    const sorted = this.#recent.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return Math.max(5, Math.ceil(median / 1_000));
  }
}
