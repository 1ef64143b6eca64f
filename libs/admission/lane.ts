import { Problem } from '#runtime';

export const PLACES = 64;
const PATIENCE_MILLISECONDS = 500;
export const RETRY_AFTER_SECONDS = 2;

interface Waiting {
  readonly known: boolean;
  start: () => void;
  refuse: () => void;
}

/**
 * Bounds work that strangers can cause: so much at once, 64 waiting, none longer than 500 ms; the rest is
 * told to come back (503). Half of it is kept for devices that have signed in before, but only while one of
 * them waits.
 */
export class Lane {
  readonly #size: number;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #turn = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Runs `work` in the lane. @throws Problem `overloaded` when it is full or the wait is too long. */
  async run<T>(work: () => Promise<T>, { known }: { known: boolean }): Promise<T> {
    if (this.#running >= this.#size) await this.#wait(known);
    else this.#running += 1;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #wait(known: boolean): Promise<void> {
    if (this.#waiting.length >= PLACES && !(known && this.#shedStranger())) throw overloaded();
    return new Promise((resolve, reject) => {
      const leave = (then: () => void) => () => {
        clearTimeout(timer);
        const place = this.#waiting.indexOf(waiting);
        if (place >= 0) this.#waiting.splice(place, 1);
        then();
      };
      const waiting: Waiting = { known, start: leave(resolve), refuse: leave(() => reject(overloaded())) };
      const timer = setTimeout(waiting.refuse, PATIENCE_MILLISECONDS);
      this.#waiting.push(waiting);
    });
  }

  /** A known device takes the place of the stranger who came last. */
  #shedStranger(): boolean {
    const stranger = this.#waiting.findLast(({ known }) => !known);
    stranger?.refuse();
    return stranger !== undefined;
  }

  #next(): void {
    this.#turn += 1;
    const known = this.#turn % 2 === 0;
    const next = this.#waiting.find((waiting) => waiting.known === known) ?? this.#waiting[0];
    if (next) next.start();
    else this.#running -= 1;
  }
}

/** Slow hashes: one per core at a time. */
export class HashingLane extends Lane {}

/** Strangers' accounts being read: fewer at a time than there are connections, so that some are always free. */
export class ReadingLane extends Lane {}

const overloaded = (): Problem => Problem.of('overloaded').retryAfter(RETRY_AFTER_SECONDS);
