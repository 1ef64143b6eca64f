import { Injectable } from '@nestjs/common';
import { PLACES, RETRY_AFTER_SECONDS } from './lane.js';

/**
 * Lets in as many strangers at a time as the hashing lane has places, before they have cost a transaction.
 * The rest is told to come back, so that whoever is known finds the database and the event loop free.
 */
@Injectable()
export class Turnstile {
  static readonly retryAfterSeconds = RETRY_AFTER_SECONDS;
  #inside = 0;

  /** Returns how to leave, where leaving twice is leaving once; null when it is full. */
  enter(): (() => void) | null {
    if (this.#inside >= PLACES) return null;
    this.#inside += 1;
    let left = false;
    return () => {
      if (!left) this.#inside -= 1;
      left = true;
    };
  }
}
