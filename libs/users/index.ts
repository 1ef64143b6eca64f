// Accounts: people, their passwords and questions, temporary credentials, sign-in and sessions.
// Hides how a typed password is checked, how a credential is derived, and how sessions are kept.
// Promises: one live temporary credential per user; existence is not observable; a password that changed
// ends every other session before the answer leaves.
export { AccountErasure } from './account-erasure.js';
export { type CredentialFate, type CredentialObserver, Credentials } from './credentials.js';
export { FailureNotices } from './failure-notices.js';
export { FailureReports } from './failure-reports.js';
export { OwnCredentials } from './own-credentials.js';
export { OwnerNotices } from './owner-notices.js';
export { mustBeAcceptable } from './password-rules.js';
export { Passwords } from './passwords.js';
export { SecurityQuestions } from './security-questions.js';
export { SessionProof } from './session-proof.js';
export type { SignedIn } from './session-start.js';
export { type Principal, RESTRICTED_MINUTES, Sessions } from './sessions.js';
export { SignIn } from './sign-in.js';
export { Standing } from './standing.js';
export { recipientOf, User, UserSchema } from './user.entity.js';
export { UserDirectory } from './user-directory.js';
export { Users } from './users.js';
export { UsersModule } from './users.module.js';
