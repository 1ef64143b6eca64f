import { setTimeout as rest } from 'node:timers/promises';
import { Logger, newId, safeError } from '#runtime';
import { type Sink, SinkBusy, SinkRefusal } from './sink.js';
import type { Hold, SinkLedger } from './sink-ledger.js';
import type { TrailWindows, Window } from './trail-windows.js';

/** Well within the ten seconds of a hold. */
const BEAT_MS = 2_000;
/** Events of this long travel together; who waits for a sink reads minutes later, if not days. */
const LOOK_EVERY_MS = 1_000;
const SURVEY_EVERY_MS = 300_000;
const PRACTICES_AT_ONCE = 200;
const LONGEST_PAUSE_SECONDS = 60;

export interface SinkStreamParts {
  /** By what the database knows it. */
  name: string;
  /** What the log may tell of its address. */
  shown: string;
  sink: Sink;
  ledger: SinkLedger;
  windows: TrailWindows;
  log: Logger;
}

/** Streams all trails to one sink while this worker holds it, and waits for its turn while another does. */
export class SinkStream {
  readonly #ending = new AbortController();
  readonly #hold: Hold;
  #running: Promise<unknown> | undefined;
  #held = false;
  #surveyedAt = Number.NEGATIVE_INFINITY;
  #last: string | null = null;
  #failures = 0;

  constructor(private readonly parts: SinkStreamParts) {
    this.#hold = { sink: parts.name, holder: newId() };
  }

  start(): void {
    this.#running = Promise.all([this.#repeat(() => this.#beat()), this.#repeat(() => this.#turn())]);
  }

  /** What is on its way is broken off: it comes again, from whoever streams next. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    await this.parts.ledger.release(this.#hold).catch(() => undefined);
  }

  /** Does something again and again, resting as long as it says. */
  async #repeat(act: () => Promise<number>): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const pause = await act().catch((error: unknown) => {
        this.parts.log.warn(
          { sink: this.parts.shown, err: safeError(error) },
          'an audit sink lost the database',
        );
        return BEAT_MS;
      });
      await rest(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  async #beat(): Promise<number> {
    const held = await this.parts.ledger.hold(this.#hold).catch((error: unknown) => {
      this.#held = false;
      throw error;
    });
    if (held && !this.#held) this.#surveyedAt = Number.NEGATIVE_INFINITY;
    this.#held = held;
    return BEAT_MS;
  }

  /** One window of events; how long to rest then. */
  async #turn(): Promise<number> {
    if (!this.#held) return LOOK_EVERY_MS;
    await this.#survey();
    const { ledger, windows, name } = this.parts;
    const behind = await ledger.behind(name, this.#last, PRACTICES_AT_ONCE);
    const more = behind.length === PRACTICES_AT_ONCE || this.#last !== null;
    this.#last = behind.length < PRACTICES_AT_ONCE ? null : (behind.at(-1)?.practiceId ?? null);
    if (behind.length === 0) return more ? 0 : LOOK_EVERY_MS;
    const window = await windows.next(behind);
    const failure = await this.#deliver(window);
    if (this.#ending.signal.aborted) return 0;
    if (failure) return this.#failed(failure);
    if (this.#failures > 0) await ledger.become(name, 'streaming');
    this.#failures = 0;
    return more || !window.whole ? 0 : LOOK_EVERY_MS;
  }

  /** Whatever was missed: events from before the sink was known, and while nobody noted them for it. */
  async #survey(): Promise<void> {
    if (performance.now() < this.#surveyedAt + SURVEY_EVERY_MS) return;
    await this.parts.ledger.survey(this.parts.name);
    this.#surveyedAt = performance.now();
  }

  /** Remembers whatever was taken, also when something was not. */
  async #deliver({ batches, gone }: Window): Promise<unknown> {
    const { sink, ledger } = this.parts;
    const taken = new Map(gone);
    const failure = await sink
      .deliver(
        batches,
        ({ practiceId, entries }) => taken.set(practiceId, entries.at(-1)?.seq ?? 0),
        this.#ending.signal,
      )
      .catch((error: unknown) => error);
    if (taken.size > 0 && !(await ledger.advance(this.#hold, taken))) this.#held = false;
    return failure;
  }

  async #failed(failure: unknown): Promise<number> {
    const { ledger, name, shown, log } = this.parts;
    const facts = { sink: shown, err: safeError(failure) };
    if (failure instanceof SinkRefusal) {
      await ledger.become(name, 'stopped');
      this.#held = false;
      log.error(facts, 'an audit sink has stopped: it refuses events. Mend it, then start a worker anew');
      return LOOK_EVERY_MS;
    }
    await ledger.become(name, 'retrying');
    const longest = Math.min(2 ** this.#failures, LONGEST_PAUSE_SECONDS);
    this.#failures += 1;
    const asked = failure instanceof SinkBusy ? failure.retryAfterSeconds : 0;
    const seconds = Math.max(asked, longest * (0.5 + Math.random() / 2));
    log.warn({ ...facts, seconds }, 'an audit sink could not take events: tried again');
    return seconds * 1_000;
  }
}
