import { Inject, Injectable } from '@nestjs/common';
import { Rights, Roles } from '#access';
import { AuditTrail } from '#audit';
import { formatPracticeId, type OpenPractice as OpenPracticeRequest } from '#contract';
import { Database } from '#database';
import { Outbox } from '#delivery';
import { Practices } from '#practices';
import { type Actor, newId } from '#runtime';
import { KeyRing, keyedDigest } from '#secrets';
import { mustBeAcceptable, Passwords, recipientOf, SecurityQuestions, User, Users } from '#users';

/** What the slow hashing made of a request, ready to be stored. */
interface Prepared {
  practiceId: string;
  userId: string;
  password: string;
  answer: string | null;
}

/**
 * Opens a practice. Its Practice ID travels in the welcome mail only, so that the first sign-in proves
 * the mailbox. The answer is the same whether the address is new or has opened one before.
 */
@Injectable()
export class OpenPractice {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Practices) private readonly practices: Practices,
    @Inject(Users) private readonly users: Users,
    @Inject(Passwords) private readonly passwords: Passwords,
    @Inject(SecurityQuestions) private readonly questions: SecurityQuestions,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  /** @throws Problem `password_rejected` with the rules that the password breaks. */
  async open(actor: Actor, request: OpenPracticeRequest): Promise<void> {
    const prepared = await this.#prepare(request, { known: false });
    const again = await this.database.inPractice(prepared.practiceId, async () => {
      const { outcome, practice } = await this.#claim(request.administrator.email, prepared.practiceId);
      if (outcome === 'new') await this.#create(actor, request, prepared);
      return outcome === 'again' ? practice : null;
    });
    if (again) await this.database.inPractice(again, () => this.#welcomeAgain());
  }

  /**
   * The operator's own way in: the Practice ID is returned, and no address is asked to prove itself.
   * @throws Problem `password_rejected` with the rules that the password breaks.
   */
  async openForOperator(actor: Actor, request: OpenPracticeRequest): Promise<string> {
    const prepared = await this.#prepare(request, { known: true });
    return this.database.inPractice(prepared.practiceId, () => this.#create(actor, request, prepared));
  }

  async #prepare(
    { name, administrator }: OpenPracticeRequest,
    hashing: { known: boolean },
  ): Promise<Prepared> {
    mustBeAcceptable(administrator.password, '/administrator/password', {
      names: [name, administrator.username, administrator.displayName],
    });
    const account = { practiceId: newId(), userId: newId() };
    const { securityAnswer } = administrator;
    const answer = securityAnswer
      ? await this.questions.protect(securityAnswer, '/administrator/securityAnswer', account, hashing)
      : null;
    const password = await this.passwords.protect(administrator.password, account, hashing);
    return { ...account, password, answer };
  }

  async #claim(email: string, practiceId: string) {
    const [claim] = await this.database.sql<{ outcome: 'new' | 'again' | 'recent'; practice: string | null }>(
      'select outcome, practice from claim_opening($1, $2)',
      [keyedDigest(this.keys, 'address-digest', email.toLowerCase()), practiceId],
    );
    if (!claim) throw new Error('The opening must be claimed');
    return claim;
  }

  async #create(actor: Actor, request: OpenPracticeRequest, prepared: Prepared): Promise<string> {
    const { name, timeZone, locale, administrator } = request;
    const practice = await this.practices.create({ name, timeZone, locale });
    const { username, displayName, email, securityQuestionId } = administrator;
    this.trail.record({
      action: 'practice.opened',
      actor,
      target: { type: 'practice', id: practice.practiceId },
    });
    const user = await this.users.create(
      actor,
      { username, displayName, email, locale, status: 'active', roles: ['administrator'] },
      prepared.userId,
    );
    await this.passwords.store(user.id, prepared.password);
    if (prepared.answer && securityQuestionId) {
      await this.questions.store(actor, user.id, securityQuestionId, prepared.answer);
    }
    await this.roles.assign(user.id, ['administrator'], Rights.EVERYTHING);
    await this.#welcome(user, practice.code);
    return practice.code;
  }

  async #welcomeAgain(): Promise<void> {
    const { code } = await this.practices.current();
    const user = await this.database.em.findOneOrFail(User, {}, { orderBy: { createdAt: 'asc' } });
    await this.#welcome(user, code);
  }

  async #welcome(user: User, code: string): Promise<void> {
    await this.outbox.post('practice-welcome', recipientOf(user), {
      practiceId: formatPracticeId(code),
      username: user.username,
    });
  }
}
