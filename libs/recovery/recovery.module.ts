import { Global, Module } from '@nestjs/common';
import { AdministratorReset } from './administrator-reset.js';
import { AnswerAttempts } from './answer-attempts.js';
import { Applicants } from './applicants.js';
import { ResetLog } from './reset-log.js';
import { ResetProgress } from './reset-progress.js';
import { Resets } from './resets.js';
import { SelfServiceOutcome } from './self-service-outcome.js';
import { SelfServiceReset } from './self-service-reset.js';
import { Tickets } from './tickets.js';

@Global()
@Module({
  providers: [
    SelfServiceReset,
    AdministratorReset,
    ResetLog,
    ResetProgress,
    Resets,
    Applicants,
    AnswerAttempts,
    SelfServiceOutcome,
    Tickets,
  ],
  exports: [SelfServiceReset, AdministratorReset, ResetLog],
})
export class RecoveryModule {}
