import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import { AttemptNotices, ResetLog } from '#recovery';
import { Logger, safeError } from '#runtime';

const EVERY_MILLISECONDS = 30_000;

/** What time does by itself is written down here when nobody looks. Safe with any number of workers. */
@Injectable()
export class Upkeep implements BeforeApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ResetLog) private readonly resets: ResetLog,
    @Inject(AttemptNotices) private readonly attempts: AttemptNotices,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.run()
        .catch((error: unknown) => this.log.warn({ err: safeError(error) }, 'upkeep was interrupted'))
        .finally(() => {
          this.#running = undefined;
        });
    }, EVERY_MILLISECONDS);
  }

  /** One round: expired resets, notices of wrong answers, refusals to seal, practices never confirmed, what may be forgotten. */
  async run(): Promise<void> {
    const practices = await this.database.outsidePractice(async () => {
      await this.database.sql(
        'select remove_unconfirmed_practices(), forget_expired(), forget_kept_answers()',
      );
      return this.database.sql<{ practice_id: string }>('select practice_id from practices_with_upkeep()');
    });
    for (const { practice_id: practiceId } of practices) {
      await this.database.inPractice(practiceId, async () => {
        await this.resets.expireOverdue();
        await this.attempts.post();
        await this.trail.seal();
      });
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
