interface RoundsOptions {
  everyMilliseconds: number;
  /** A round that failed; the next one comes all the same. */
  complain: (error: unknown) => void;
}

/** Does something again and again, never twice at once. */
export class Rounds {
  readonly #round: () => Promise<unknown>;
  readonly #options: RoundsOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(round: () => Promise<unknown>, options: RoundsOptions) {
    this.#round = round;
    this.#options = options;
  }

  /** The first round comes after one interval. */
  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.#once().finally(() => {
        this.#running = undefined;
      });
    }, this.#options.everyMilliseconds);
  }

  /** Ends with the round that is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #once(): Promise<void> {
    try {
      await this.#round();
    } catch (error) {
      this.#options.complain(error);
    }
  }
}
