/** Faults in a row that open it: one may be a dropped connection. */
const FAULTS = 3;
/** For how long one fault makes others go first. */
const SUSPECT_SECONDS = 30;
const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 60;

/**
 * Keeps away from something that is broken: closed while it works, open after faults in a row, and half-open
 * while one probe is under way. The pause before a probe doubles, up to a minute, until something succeeds in earnest.
 */
export class CircuitBreaker {
  #faults = 0;
  #faultAt = Number.NEGATIVE_INFINITY;
  #openings = 0;
  /** When a probe may go, while it is open. */
  #probeAt: number | null = null;
  #probing = false;

  constructor(
    /** Seconds of some clock. */
    private readonly now: () => number,
    private readonly random: () => number = Math.random,
  ) {}

  get isOpen(): boolean {
    return this.#probeAt !== null;
  }

  /** It has failed of late: whatever has not is the better choice. */
  get isSuspect(): boolean {
    return this.#faults > 0 && this.now() - this.#faultAt < SUSPECT_SECONDS;
  }

  /** Seconds until a probe may go; 0 when it is closed or one may go now. */
  get restSeconds(): number {
    return this.#probeAt === null ? 0 : Math.max(0, this.#probeAt - this.now());
  }

  failed(): void {
    this.#faults += 1;
    this.#faultAt = this.now();
    if (!this.isOpen && this.#faults >= FAULTS) this.#open();
  }

  succeeded(): void {
    this.#faults = 0;
    this.#openings = 0;
    this.#probeAt = null;
  }

  /** Whether a probe may go now; whoever is told so says how it ended (`probed`). */
  takeProbe(): boolean {
    if (!this.isOpen || this.#probing || this.restSeconds > 0) return false;
    this.#probing = true;
    return true;
  }

  /** A good probe closes it, but proves less than a success: the next pause is no shorter for it. */
  probed(good: boolean): void {
    this.#probing = false;
    if (!this.isOpen) return;
    if (!good) return this.#open();
    this.#probeAt = null;
    this.#faults = 0;
  }

  /** A tenth of the pause is random: several processes must not knock at the same moment. */
  #open(): void {
    const pause = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** this.#openings);
    this.#openings += 1;
    this.#probeAt = this.now() + pause * (1 + this.random() / 10);
  }
}
