// Getting locked-out people back in: both reset walks and the reset log. To change the reset rules,
// change this lib: gate.ts decides whether a mail goes out, resets.ts what is written, reset-progress.ts
// how a reset moves on.
// Promises: asking changes nothing; right, wrong and unknown look alike; nobody but the mailbox's owner
// sees a temporary password.
export { AdministratorReset } from './administrator-reset.js';
export { AnswerFollowUp } from './answer-follow-up.js';
export { AttemptNotices } from './attempt-notices.js';
export { RecoveryModule } from './recovery.module.js';
export { ResetLog } from './reset-log.js';
export { SelfServiceReset } from './self-service-reset.js';
