import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';

/** A count or an age of the whole installation; it never belongs to a practice. */
export interface Figure {
  /** `resets`, `deliveries` and `seconds` only grow; `depth`, `oldest` and `mail` are of this moment. */
  family: 'resets' | 'deliveries' | 'seconds' | 'depth' | 'oldest' | 'mail';
  label: string;
  outcome: string;
  amount: number;
}

const KEPT_MILLISECONDS = 2_000;

/**
 * How the work of the installation stands, the same whichever process is asked. Its cost does not grow with
 * what has happened so far, and those who ask often share an answer.
 */
@Injectable()
export class InstallationFigures {
  #kept: Promise<Figure[]> | undefined;
  #keptAt = Number.NEGATIVE_INFINITY;

  constructor(@Inject(Database) private readonly database: Database) {}

  read(now = performance.now()): Promise<Figure[]> {
    if (this.#kept && now - this.#keptAt < KEPT_MILLISECONDS) return this.#kept;
    this.#keptAt = now;
    const reading = this.database.outsidePractice(() =>
      this.database.sql<Figure>('select family, label, outcome, amount from installation_figures()'),
    );
    this.#kept = reading;
    // A failure is told to whoever asked, and not kept.
    reading.catch(() => {
      this.#kept = undefined;
    });
    return reading;
  }
}
