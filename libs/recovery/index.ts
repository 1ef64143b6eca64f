// Getting locked-out people back in: the reset walks and the reset log. To change the reset rules,
// change this lib: gate.ts decides whether a mail goes out, resets.ts what is written, reset-progress.ts
// how a reset moves on; bulk-reset-candidates.ts says whom a bulk reset is for.
// Promises: asking changes nothing; right, wrong and unknown look alike; nobody but the mailbox's owner
// sees a temporary password.
export { AdministratorReset } from './administrator-reset.js';
export { AnswerFollowUp } from './answer-follow-up.js';
export { BulkResets } from './bulk-resets.js';
export { Overview } from './overview.js';
export { RecoveryModule } from './recovery.module.js';
export { RecoveryUpkeep } from './recovery-upkeep.js';
export { ResetLog } from './reset-log.js';
export { SelfServiceReset } from './self-service-reset.js';
export { SupportReset } from './support-reset.js';
