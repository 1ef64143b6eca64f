import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail, type Refusal, ThrottledRefusals } from '#audit';
import type { ChangePassword, ChangeSecurityQuestion, SecurityQuestionId } from '#contract';
import { Database } from '#database';
import { Practices } from '#practices';
import { type Actor, Problem } from '#runtime';
import { normaliseCredential, type Secret } from '#secrets';
import { CredentialChange } from './credential-change.js';
import { mustBeAcceptable, rejected } from './password-rules.js';
import { Passwords } from './passwords.js';
import { Proofs } from './proofs.js';
import { SecurityQuestions } from './security-questions.js';
import type { Principal } from './sessions.js';
import { User } from './user.entity.js';

/** What somebody changes about how they themselves sign in. Hashing happens between two transactions. */
@Injectable()
export class OwnCredentials {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Practices) private readonly practices: Practices,
    @Inject(Proofs) private readonly proofs: Proofs,
    @Inject(Passwords) private readonly passwords: Passwords,
    @Inject(SecurityQuestions) private readonly questions: SecurityQuestions,
    @Inject(CredentialChange) private readonly change: CredentialChange,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(ThrottledRefusals) private readonly throttled: ThrottledRefusals,
  ) {}

  /**
   * Sets the own password, in a restricted session with the temporary one as the current.
   * @throws Problem `invalid_credentials` for a wrong current password, `password_rejected` with reasons.
   */
  async changePassword(actor: Actor, principal: Principal, body: ChangePassword): Promise<void> {
    const replaces = await this.#mustKnow(actor, principal, body.currentPassword);
    mustBeAcceptable(body.newPassword, '/newPassword', { names: await this.#names(principal) });
    const typed = normaliseCredential(body.newPassword);
    if (typed !== null && typed === normaliseCredential(body.currentPassword)) {
      throw rejected('/newPassword', ['same_as_temporary']);
    }
    const answer = await this.#protectAnswer(principal, body.securityQuestionId, body.securityAnswer);
    const sealed = await this.passwords.protect(body.newPassword, principal, { known: true });
    await this.database.inPractice(principal.practiceId, () =>
      this.change.password(actor, principal, { sealed, replaces, answer }),
    );
  }

  /** @throws Problem `invalid_credentials`, `validation_failed` for an answer that anybody guesses. */
  async changeQuestion(actor: Actor, principal: Principal, body: ChangeSecurityQuestion): Promise<void> {
    await this.#mustKnow(actor, principal, body.currentPassword);
    const sealed = await this.questions.protect(body.answer, '/answer', principal, { known: true });
    await this.database.inPractice(principal.practiceId, () =>
      this.change.question(actor, principal, { questionId: body.questionId, sealed }),
    );
  }

  /** With `renew`, returns the session's new token. @throws Problem `invalid_credentials` */
  async reauthenticate(
    actor: Actor,
    principal: Principal,
    password: string,
    { renew }: { renew: boolean },
  ): Promise<Secret | null> {
    await this.#mustKnow(actor, principal, password);
    return this.database.inPractice(principal.practiceId, () =>
      this.change.reauthenticated(actor, principal, renew),
    );
  }

  /**
   * The stored form of the password that stands now. A wrong one is a guess: whoever holds somebody's
   * session must not find the password with it.
   * @throws Problem `invalid_credentials`, `too_many_attempts`
   */
  async #mustKnow(actor: Actor, principal: Principal, typed: string): Promise<string | null> {
    const refusal = refusalOf(actor, principal);
    const proved = await this.proofs.inSession(principal, typed, () =>
      this.throttled.count(principal, refusal),
    );
    const expected = principal.restrictedTo ? 'temporary-credential' : 'own-password';
    const right = proved.proof === expected;
    await this.database.inPractice(principal.practiceId, async () => {
      if (right) this.proofs.forgive(proved);
      else await this.trail.refuse(refusal);
    });
    if (right) return proved.account?.sealedPassword ?? null;
    throw Problem.of('invalid_credentials', 'The current password is wrong.').limitedBy(proved.place.limit);
  }

  #names({ practiceId, userId }: Principal): Promise<string[]> {
    return this.database.inPractice(practiceId, async () => {
      const { name } = await this.practices.current();
      const { username, displayName } = await this.database.em.findOneOrFail(User, { id: userId });
      return [name, username, displayName];
    });
  }

  async #protectAnswer(
    principal: Principal,
    questionId: SecurityQuestionId | undefined,
    answer: string | undefined,
  ) {
    if (questionId === undefined || answer === undefined) return null;
    const sealed = await this.questions.protect(answer, '/securityAnswer', principal, { known: true });
    return { questionId, sealed };
  }
}

const refusalOf = (actor: Actor, { userId }: Principal): Refusal => ({
  action: 'password.refused',
  actor,
  account: userId,
  target: { type: 'user', id: userId },
});
