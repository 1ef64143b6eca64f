import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import { RecoveryUpkeep } from '#recovery';
import { Logger, safeError } from '#runtime';
import { GrantUpkeep } from '#support';

const TURN = 'latchkey.upkeep';
/** What time has done for the whole installation: each in a transaction of its own, so that locks are held briefly. */
const CLEARINGS = [
  'remove_unconfirmed_practices',
  'forget_expired',
  'forget_kept_answers',
  'forget_user_imports',
  'forget_bulk_resets',
  'fold_tallies',
] as const;

/** What is written down for each practice where time has done something. */
@Injectable()
export class PracticeUpkeep {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(RecoveryUpkeep) private readonly recovery: RecoveryUpkeep,
    @Inject(GrantUpkeep) private readonly grants: GrantUpkeep,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** Resets, support grants, refusals to seal, practices never confirmed, what may be forgotten. */
  async run(): Promise<void> {
    for (const clearing of CLEARINGS) {
      await this.#clear(clearing).catch((error: unknown) => {
        // What is written meanwhile may stand in the way of one (a deadlock): the next round comes soon.
        this.log.warn({ clearing, err: safeError(error) }, 'something could not be cleared away');
      });
    }
    const practices = await this.database.outsidePractice(() =>
      this.database.sql<{ practice_id: string }>(
        `select practice_id from practices_with_upkeep()
         union select practice_id from practices_with_support_grants()`,
      ),
    );
    for (const { practice_id: practiceId } of practices) {
      await this.#write(practiceId).catch((error: unknown) => {
        // The others are not to wait for the one whose upkeep fails.
        this.log.warn({ practiceId, err: safeError(error) }, 'upkeep of a practice failed');
      });
    }
  }

  #clear(clearing: (typeof CLEARINGS)[number]): Promise<void> {
    return this.database.outsidePractice(async () => {
      // Workers take turns: two that clear away the same rows in another order would wait for each other.
      await this.database.sql('select pg_advisory_xact_lock(hashtextextended($1, 0))', [TURN]);
      await this.database.sql(`select ${clearing}()`);
    });
  }

  #write(practiceId: string): Promise<void> {
    return this.database.inPractice(practiceId, async () => {
      await this.recovery.run();
      await this.grants.run();
      await this.trail.seal();
    });
  }
}
