import { Global, Module } from '@nestjs/common';
import { AccountErasure } from './account-erasure.js';
import { Accounts } from './accounts.js';
import { CredentialChange } from './credential-change.js';
import { Credentials } from './credentials.js';
import { FailureNotices } from './failure-notices.js';
import { FailureReports } from './failure-reports.js';
import { KnownPassword } from './known-password.js';
import { OwnCredentials } from './own-credentials.js';
import { OwnerNotices } from './owner-notices.js';
import { Passwords } from './passwords.js';
import { Proofs } from './proofs.js';
import { SecurityQuestions } from './security-questions.js';
import { SessionProof } from './session-proof.js';
import { SessionStart } from './session-start.js';
import { Sessions } from './sessions.js';
import { SignIn } from './sign-in.js';
import { Standing } from './standing.js';
import { UserDirectory } from './user-directory.js';
import { Users } from './users.js';

const OFFERED = [
  AccountErasure,
  Credentials,
  FailureNotices,
  FailureReports,
  OwnCredentials,
  OwnerNotices,
  Passwords,
  SecurityQuestions,
  SessionProof,
  Sessions,
  SignIn,
  Standing,
  UserDirectory,
  Users,
];

@Global()
@Module({
  providers: [...OFFERED, Accounts, CredentialChange, KnownPassword, Proofs, SessionStart],
  exports: OFFERED,
})
export class UsersModule {}
