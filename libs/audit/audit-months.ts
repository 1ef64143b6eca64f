import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Logger, safeError } from '#runtime';

const EVERY_MILLISECONDS = 3_600_000;

/** Makes the months in which the trail will be written, long before they begin. */
@Injectable()
export class AuditMonths {
  #madeAt = 0;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** Once an hour, what is missing; a table that is too busy now is asked again in the next round. */
  async make(): Promise<void> {
    const now = this.database.timeNearby.getTime();
    if (now < this.#madeAt + EVERY_MILLISECONDS) return;
    try {
      await this.database.outsidePractice(() => this.database.sql('select make_audit_months()'));
      this.#madeAt = now;
    } catch (error) {
      this.log.warn({ err: safeError(error) }, 'the next months of the trail could not be made: tried again');
    }
  }
}
