import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import type { Actor } from '#runtime';
import { Credentials } from './credentials.js';
import { OwnerNotices } from './owner-notices.js';
import { Passwords } from './passwords.js';
import { SecurityQuestions, type StoredAnswer } from './security-questions.js';
import { type Principal, Sessions } from './sessions.js';
import { User } from './user.entity.js';

/** The transactions in which somebody's own password or question changes, with all that follows. */
@Injectable()
export class CredentialChange {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Passwords) private readonly passwords: Passwords,
    @Inject(SecurityQuestions) private readonly questions: SecurityQuestions,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(OwnerNotices) private readonly notices: OwnerNotices,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** Ends every other session; after a temporary credential this one too: sign in with the new password. */
  async password(
    actor: Actor,
    principal: Principal,
    sealed: string,
    answer: StoredAnswer | null,
  ): Promise<void> {
    const { userId, sessionId, restrictedTo } = principal;
    await this.sessions.hold(sessionId);
    await this.passwords.store(userId, sealed);
    const user = await this.database.em.findOneOrFail(User, { id: userId });
    if (user.status === 'invited') user.status = 'active';
    const ended = await this.sessions.endAll(userId, restrictedTo ? null : sessionId);
    await this.credentials.end(actor, userId, 'superseded');
    if (restrictedTo) await this.credentials.tell(restrictedTo, 'completed', actor);
    if (answer) await this.questions.store(actor, userId, answer.questionId, answer.sealed);
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
    await this.sessions.hold(principal.sessionId);
    await this.questions.store(actor, principal.userId, answer.questionId, answer.sealed);
    const user = await this.database.em.findOneOrFail(User, { id: principal.userId });
    await this.notices.post('security-question-changed', user, actor);
  }

  async reauthenticated(actor: Actor, principal: Principal): Promise<void> {
    await this.sessions.hold(principal.sessionId);
    await this.sessions.markReauthenticated(principal.sessionId);
    this.trail.record({
      action: 'session.reauthenticated',
      actor,
      target: { type: 'session', id: principal.sessionId },
    });
  }
}
