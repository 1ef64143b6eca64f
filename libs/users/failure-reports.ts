import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Logger, safeError } from '#runtime';
import { FailureNotices } from './failure-notices.js';

const EVERY_MILLISECONDS = 1_000;

/** The worker's part of telling: looks for practices that wait to be told, while mail runs. Safe with any number of workers. */
@Injectable()
export class FailureReports implements BeforeApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(FailureNotices) private readonly notices: FailureNotices,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.run()
        .catch((error: unknown) =>
          this.log.warn(
            { err: safeError(error) },
            'administrators could not be told; it will be tried again',
          ),
        )
        .finally(() => {
          this.#running = undefined;
        });
    }, EVERY_MILLISECONDS);
  }

  /** One round. */
  async run(): Promise<void> {
    const practices = await this.database.outsidePractice(() =>
      this.database.sql<{ practice_id: string }>('select practice_id from practices_to_tell()'),
    );
    for (const { practice_id: practiceId } of practices) {
      await this.database.inPractice(practiceId, () => this.notices.tell());
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
