import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import { AttemptNotices, ResetLog } from '#recovery';

/** What is written down for each practice where time has done something. */
@Injectable()
export class PracticeUpkeep {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ResetLog) private readonly resets: ResetLog,
    @Inject(AttemptNotices) private readonly attempts: AttemptNotices,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** Expired resets, notices of wrong answers, refusals to seal, practices never confirmed, what may be forgotten. */
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
}
