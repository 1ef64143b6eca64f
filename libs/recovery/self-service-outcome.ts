import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import type { ResetRefusal } from '#contract';
import { Database } from '#database';
import { Deliveries } from '#delivery';
import { Practices } from '#practices';
import { Credentials, recipientOf, type User, Users } from '#users';
import { AnswerAttempts } from './answer-attempts.js';
import type { Refusal } from './gate.js';
import { type Given, GivenAnswers } from './given-answers.js';
import { Resets } from './resets.js';

/** A repeated request inside this time finds its mail already on the way. */
const REPEAT_MINUTES = 5;
const SELF_SERVICE = { kind: 'self_service' } as const;

/** Carries out what the gate decided, after the answer was accepted and in one transaction. */
@Injectable()
export class SelfServiceOutcome {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(GivenAnswers) private readonly given: GivenAnswers,
    @Inject(Practices) private readonly practices: Practices,
    @Inject(Users) private readonly users: Users,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(AnswerAttempts) private readonly attempts: AnswerAttempts,
    @Inject(Resets) private readonly resets: Resets,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** Carries out one answer of the running unit's practice, unless somebody else has. */
  async carryOut(id: string): Promise<void> {
    const given = await this.given.take(id);
    if (given) await this.#conclude(given);
  }

  async #conclude(given: Given): Promise<void> {
    const { userId, refusedFor, attemptId } = given.verdict;
    if (userId === null || refusedFor === 'unknown-account') {
      return this.#note(given, null, refusedFor ?? 'unknown-account');
    }
    if (refusedFor !== null) return this.#refuse(given, userId, refusedFor);
    const user = await this.users.hold(userId);
    if (user.status === 'deactivated') return this.#refuse(given, user.id, 'deactivated');
    await this.attempts.release(attemptId);
    const credentialId = await this.credentials.live(given.actor, user.id);
    if (credentialId) await this.#repeat(given, user, credentialId);
    else await this.#send(given, user);
  }

  async #send(given: Given, user: User): Promise<void> {
    if ((await this.deliveries.mailboxFullForSeconds(user.id, 'stranger')) > 0)
      return this.#withhold(given, user);
    const { policy } = await this.practices.current();
    const credentialId = await this.credentials.create(user.id, 'reset', policy.selfServiceCredentialMinutes);
    // Another right answer, or an administrator, came at the same moment: that mail is on its way.
    if (!credentialId) return this.#passOver(given, user, null);
    await this.#request(given, user, credentialId);
  }

  async #request(given: Given, user: User, credentialId: string): Promise<void> {
    await this.resets.request(given.actor, {
      user: recipientOf(user),
      credentialId,
      channel: 'self_service',
      askedBy: SELF_SERVICE,
      asked: given,
    });
  }

  /** The live credential is mailed once more: asking can never invalidate a mail that is under way. */
  async #repeat(given: Given, user: User, credentialId: string): Promise<void> {
    const [last] = await this.database.sql<{ reset_id: string | null; recent: boolean }>(
      `select reset_id, state in ('queued', 'sending', 'deferred')
           or created_at > app_now() - interval '${REPEAT_MINUTES} minutes' as recent
       from deliveries where practice_id = current_practice() and credential_id = $1
       order by created_at desc limit 1`,
      [credentialId],
    );
    if (last?.recent) return this.#passOver(given, user, last.reset_id);
    if ((await this.deliveries.mailboxFullForSeconds(user.id, 'stranger')) > 0)
      return this.#withhold(given, user);
    if (!last?.reset_id) return this.#request(given, user, credentialId);
    const mail = { user: recipientOf(user), credentialId, askedBy: SELF_SERVICE };
    const deliveryId = await this.resets.mail(mail, last.reset_id);
    this.trail.record({
      action: 'password-reset.repeated',
      actor: given.actor,
      target: { type: 'password-reset', id: last.reset_id },
      changes: { userId: user.id, deliveryId },
    });
  }

  /** Nothing is mailed, since a mail is on its way; a welcome belongs to no reset. */
  #passOver(given: Given, user: User, resetId: string | null): void {
    const target = resetId ? { type: 'password-reset', id: resetId } : { type: 'user', id: user.id };
    this.#recordWithheld(given, user, target, 'mailed-just-now');
  }

  async #withhold(given: Given, user: User): Promise<void> {
    const reason = 'mailbox-full';
    await this.resets.refuse(given.actor, user.id, given, reason);
    this.#recordWithheld(given, user, { type: 'password-reset', id: given.id }, reason);
  }

  /** The answer was right, and nothing is mailed. */
  #recordWithheld(
    { actor }: Given,
    { id: userId }: User,
    target: { type: string; id: string },
    reason: string,
  ): void {
    const changes = { userId, reason };
    this.trail.record({ action: 'password-reset.withheld', actor, target, outcome: 'refused', changes });
  }

  async #refuse(given: Given, userId: string, reason: ResetRefusal): Promise<void> {
    await this.resets.refuse(given.actor, userId, given, reason);
    await this.#note(given, userId, reason);
  }

  async #note(given: Given, userId: string | null, reason: Refusal): Promise<void> {
    await this.trail.refuse({
      action: 'security-answer.refused',
      actor: given.actor,
      account: `${userId ?? 'unknown'} ${reason}`,
      ...(userId && { target: { type: 'user', id: userId } }),
      changes: { reason },
    });
  }
}
