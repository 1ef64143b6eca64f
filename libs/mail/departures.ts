import { FairSlots } from './fair-slots.js';

/** As much as is ever under way in one worker. */
const WIDEST = 256;
/** Longest that a mail should wait for a connection: what is under way already delays whoever comes next. */
const GOOD_WAIT_MILLISECONDS = 250;
/** Together with the mailer's 30 s within the lease's 60 s. */
const PATIENCE_MILLISECONDS = 20_000;

/**
 * How much mail this worker takes on at a time. The window widens with every mail that got a connection soon
 * and narrows with every one that had to wait, so that it follows what the mail server can take: full batches
 * for a quick one, little in front of the next practice's mail for a slow one, and a slow start after an outage.
 */
export class Departures {
  readonly #slots: FairSlots;
  readonly #narrowest: number;
  #window: number;

  /** @param connections how many mails may be on their way to a server at a time */
  constructor(readonly connections: number) {
    this.#slots = new FairSlots(connections);
    this.#narrowest = connections * 2;
    this.#window = this.#narrowest;
  }

  get window(): number {
    return this.#window;
  }

  /** Sends within a connection's slot of the practice's share; null when there was none in time. */
  async depart<T>(practiceId: string, send: () => Promise<T>): Promise<T | null> {
    const cameAt = performance.now();
    const granted = await this.#slots.take(practiceId, PATIENCE_MILLISECONDS);
    const soon = performance.now() - cameAt < GOOD_WAIT_MILLISECONDS;
    this.#window = Math.min(WIDEST, Math.max(this.#narrowest, this.#window + (soon ? 1 : -1)));
    if (!granted) return null;
    try {
      return await send();
    } finally {
      this.#slots.release(practiceId);
    }
  }

  /** As at the beginning: a server that was away is not met with everything that has piled up. */
  startSlowly(): void {
    this.#window = this.#narrowest;
  }
}
