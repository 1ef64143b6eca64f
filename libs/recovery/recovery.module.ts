import { Global, Module } from '@nestjs/common';
import { AdministratorReset } from './administrator-reset.js';
import { AnswerAttempts } from './answer-attempts.js';
import { AnswerFollowUp } from './answer-follow-up.js';
import { Applicants } from './applicants.js';
import { AttemptNotices } from './attempt-notices.js';
import { BulkResetCandidates } from './bulk-reset-candidates.js';
import { BulkResetRecords } from './bulk-reset-records.js';
import { BulkResetStep } from './bulk-reset-step.js';
import { BulkResetTurns } from './bulk-reset-turns.js';
import { BulkResets } from './bulk-resets.js';
import { GivenAnswers } from './given-answers.js';
import { Overview } from './overview.js';
import { RecoveryUpkeep } from './recovery-upkeep.js';
import { ResetLog } from './reset-log.js';
import { ResetProgress } from './reset-progress.js';
import { ResetTargets } from './reset-targets.js';
import { Resets } from './resets.js';
import { SelfServiceOutcome } from './self-service-outcome.js';
import { SelfServiceReset } from './self-service-reset.js';
import { SupportReset } from './support-reset.js';
import { Tickets } from './tickets.js';

@Global()
@Module({
  providers: [
    SelfServiceReset,
    AdministratorReset,
    SupportReset,
    RecoveryUpkeep,
    ResetLog,
    Overview,
    ResetProgress,
    Resets,
    ResetTargets,
    Applicants,
    AnswerAttempts,
    AnswerFollowUp,
    GivenAnswers,
    AttemptNotices,
    SelfServiceOutcome,
    Tickets,
    BulkResetCandidates,
    BulkResetRecords,
    BulkResetStep,
    BulkResetTurns,
    BulkResets,
  ],
  exports: [
    SelfServiceReset,
    AdministratorReset,
    SupportReset,
    AnswerFollowUp,
    RecoveryUpkeep,
    ResetLog,
    Overview,
    BulkResets,
  ],
})
export class RecoveryModule {}
