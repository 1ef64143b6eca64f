import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import { type Actor, Problem } from '#runtime';
import type { Secret } from '#secrets';
import { Credentials } from './credentials.js';
import { OwnerNotices } from './owner-notices.js';
import { Passwords } from './passwords.js';
import { SecurityQuestions, type StoredAnswer } from './security-questions.js';
import { SessionProof } from './session-proof.js';
import { type Principal, Sessions } from './sessions.js';
import { User } from './user.entity.js';

/** A password ready to be stored, and the stored one that was proved to be known. */
export interface NewPassword {
  sealed: string;
  replaces: string | null;
  answer: StoredAnswer | null;
}

/** The transactions in which somebody's own password or question changes, with all that follows. */
@Injectable()
export class CredentialChange {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Passwords) private readonly passwords: Passwords,
    @Inject(SecurityQuestions) private readonly questions: SecurityQuestions,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(SessionProof) private readonly proof: SessionProof,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(OwnerNotices) private readonly notices: OwnerNotices,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /**
   * Ends every other session; after a temporary credential this one too: sign in with the new password.
   * @throws Problem `invalid_credentials` when the password that was proved has been replaced meanwhile.
   */
  async password(
    actor: Actor,
    principal: Principal,
    { sealed, replaces, answer }: NewPassword,
  ): Promise<void> {
    const { userId, sessionId, restrictedTo } = principal;
    await this.proof.hold(sessionId);
    const current = await this.passwords.stored(userId);
    const same = current && replaces && this.passwords.isSame(current.sealed, replaces, principal);
    if (!restrictedTo && !same) throw Problem.of('invalid_credentials');
    await this.passwords.store(userId, sealed);
    const user = await this.database.em.findOneOrFail(User, { id: userId });
    if (user.status === 'invited') user.status = 'active';
    // In this order: ending the credential waits for a sign-in that is using it, and then sees its session.
    await this.credentials.end(actor, userId, 'superseded');
    const ended = await this.sessions.endAll(userId, restrictedTo ? null : sessionId);
    if (restrictedTo) await this.credentials.tell(restrictedTo, 'completed', actor);
    if (answer) await this.questions.store(actor, userId, answer.questionId, answer.sealed);
    // Later sign-ins find a password of today's, and look no further.
    else await this.questions.sealAnew(principal);
    this.trail.record({
      action: 'password.changed',
      actor,
      target: { type: 'user', id: userId },
      changes: { afterTemporary: restrictedTo !== null, sessionsEnded: ended },
    });
    await this.database.em.flush();
    await this.notices.post('password-changed', user, actor);
  }

  async question(actor: Actor, principal: Principal, answer: StoredAnswer): Promise<void> {
    await this.proof.hold(principal.sessionId);
    await this.questions.store(actor, principal.userId, answer.questionId, answer.sealed);
    const user = await this.database.em.findOneOrFail(User, { id: principal.userId });
    await this.notices.post('security-question-changed', user, actor);
  }

  async reauthenticated(actor: Actor, principal: Principal, renew: boolean): Promise<Secret | null> {
    await this.proof.hold(principal.sessionId);
    const token = await this.proof.reauthenticated(principal.sessionId, { renew });
    this.trail.record({
      action: 'session.reauthenticated',
      actor,
      target: { type: 'session', id: principal.sessionId },
    });
    return token;
  }
}
