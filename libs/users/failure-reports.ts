import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Logger, Rounds, safeError } from '#runtime';
import { FailureNotices } from './failure-notices.js';

const EVERY_MILLISECONDS = 1_000;

/** The worker's part of telling: looks for practices that wait to be told, while mail runs. Safe with any number of workers. */
@Injectable()
export class FailureReports implements BeforeApplicationShutdown {
  readonly #rounds = new Rounds(() => this.run(), {
    everyMilliseconds: EVERY_MILLISECONDS,
    complain: (error) =>
      this.log.warn({ err: safeError(error) }, 'administrators could not be told; it will be tried again'),
  });

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(FailureNotices) private readonly notices: FailureNotices,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  start(): void {
    this.#rounds.start();
  }

  /** One round. */
  async run(): Promise<void> {
    const practices = await this.database.outsidePractice(() =>
      this.database.sql<{ practice_id: string }>('select practice_id from practices_to_tell()'),
    );
    for (const { practice_id: practiceId } of practices) await this.#tell(practiceId);
  }

  /** One practice that cannot be told now is no reason to tell none of the others. */
  async #tell(practiceId: string): Promise<void> {
    try {
      await this.database.inPractice(practiceId, () => this.notices.tell());
    } catch (error) {
      const facts = { practiceId, err: safeError(error) };
      this.log.warn(facts, 'the administrators of a practice could not be told; it will be tried again');
    }
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.#rounds.stop();
  }
}
