import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Logger, Rounds, safeError } from '#runtime';
import { Anchors } from './anchors.js';
import { AuditMonths } from './audit-months.js';
import { Checkpoints } from './checkpoints.js';

const EVERY_MILLISECONDS = 10_000;

/** The worker's part of the trail: signs what has grown, carries roots outside. Safe with any number of workers. */
@Injectable()
export class AuditRounds implements BeforeApplicationShutdown {
  readonly #rounds = new Rounds(() => this.run(), {
    everyMilliseconds: EVERY_MILLISECONDS,
    complain: (error) => this.log.warn({ err: safeError(error) }, 'signing the trail was interrupted'),
  });
  /** Practices whose trail cannot be signed: said once, not every ten seconds. */
  readonly #broken = new Set<string>();

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Checkpoints) private readonly checkpoints: Checkpoints,
    @Inject(Anchors) private readonly anchors: Anchors,
    @Inject(AuditMonths) private readonly months: AuditMonths,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  start(): void {
    this.#rounds.start();
  }

  /**
   * One round: every practice that has grown by 1,000 events or waited for 60 s, then anchors and coming months; last
   * the key, which must not hang on an old root only because nothing happened since.
   */
  async run(): Promise<void> {
    const due = await this.database.outsidePractice(() =>
      this.database.sql<{ practice_id: string }>('select practice_id from practices_to_sign()'),
    );
    for (const { practice_id: practiceId } of due) await this.#sign(practiceId);
    await this.anchors.carry();
    await this.months.make();
    await this.database.outsidePractice(() => this.checkpoints.sealKeyAnew());
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.#rounds.stop();
  }

  async #sign(practiceId: string): Promise<void> {
    try {
      await this.database.inPractice(practiceId, () => this.checkpoints.issue());
      this.#broken.delete(practiceId);
    } catch (error) {
      if (!this.#broken.has(practiceId)) {
        this.log.error({ practiceId, err: safeError(error) }, 'an audit trail could not be signed');
      }
      this.#broken.add(practiceId);
    }
  }
}
