import { Inject, Injectable } from '@nestjs/common';
import { AttemptNotices } from './attempt-notices.js';
import { ResetLog } from './reset-log.js';

/** What time does to resets, written down when nobody looks: for the worker's upkeep. */
@Injectable()
export class RecoveryUpkeep {
  constructor(
    @Inject(ResetLog) private readonly resets: ResetLog,
    @Inject(AttemptNotices) private readonly attempts: AttemptNotices,
  ) {}

  /** In the running unit's practice: resets that ran out, notices of wrong answers. */
  async run(): Promise<void> {
    await this.resets.expireOverdue();
    await this.attempts.post();
  }
}
