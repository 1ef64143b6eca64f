import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import { Practices } from '#practices';
import { type Actor, NIL_ID, Problem } from '#runtime';
import { type Account, Accounts, type Proof } from './accounts.js';
import { SessionStart, type SignedIn, type SignInAttempt } from './session-start.js';

/**
 * Signing in with Practice ID, username and password. Every attempt does the same work: one account
 * read, one argon2id and one HMAC (of dummies where nothing is stored), one write. So neither words nor
 * time tell an unknown practice, an unknown name and a wrong password apart (D1, D6).
 */
@Injectable()
export class SignIn {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Practices) private readonly practices: Practices,
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(SessionStart) private readonly start: SessionStart,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** @throws Problem `invalid_credentials`, the same for every cause. */
  async signIn(actor: Actor, attempt: SignInAttempt): Promise<SignedIn> {
    const practiceId = (await this.practices.idOf(attempt.practiceCode)) ?? NIL_ID;
    const account = await this.database.inPractice(practiceId, () =>
      this.accounts.byUsername(attempt.username),
    );
    const known = account !== null && this.start.knowsDevice(account, attempt.deviceToken);
    const proof = await this.accounts.prove(attempt.password, account, known);
    const signedIn = await this.database.inPractice(practiceId, () =>
      this.#finish(actor, attempt, account, proof),
    );
    if (!signedIn) throw Problem.of('invalid_credentials');
    return signedIn;
  }

  async #finish(
    actor: Actor,
    attempt: SignInAttempt,
    account: Account | null,
    proof: Proof,
  ): Promise<SignedIn | null> {
    const signedIn = account && proof ? await this.start.begin(actor, account, proof, attempt) : null;
    if (!signedIn) {
      await this.trail.refuse({
        action: 'session.refused',
        actor,
        account: account?.userId ?? 'unknown',
        ...(account && { target: { type: 'user', id: account.userId } }),
      });
    }
    return signedIn;
  }
}
