import { Inject, Injectable } from '@nestjs/common';
import { RequestLimits } from '#admission';
import { type Doorstep, nobody, ThrottledRefusals } from '#audit';
import { Database } from '#database';
import { type Actor, Problem } from '#runtime';
import { normaliseCredential } from '#secrets';
import { Proofs, type Proved } from './proofs.js';
import { SessionStart, type SignedIn, type SignInAttempt } from './session-start.js';
import type { Principal } from './sessions.js';

const LIMIT = 'sign-in-failures';

/**
 * Signing in with Practice ID, username and password. Every attempt does the same work: one account
 * read, one place reserved, one argon2id and one HMAC (of dummies where nothing is stored), one write. So
 * neither words nor time nor the limits tell an unknown practice, an unknown name and a wrong password
 * apart.
 */
@Injectable()
export class SignIn {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Proofs) private readonly proofs: Proofs,
    @Inject(RequestLimits) private readonly requests: RequestLimits,
    @Inject(SessionStart) private readonly start: SessionStart,
    @Inject(ThrottledRefusals) private readonly throttled: ThrottledRefusals,
  ) {}

  /**
   * `see` reads what the owner is shown of the session, in the transaction that opens it.
   * @throws Problem `invalid_credentials`, the same for every cause; `too_many_attempts`, `overloaded`.
   */
  async signIn<Seen>(
    actor: Actor,
    attempt: SignInAttempt,
    see: (principal: Principal) => Promise<Seen>,
  ): Promise<SignedIn<Seen>> {
    const { practiceCode, deviceToken, password } = attempt;
    const asking = { address: actor.sourceAddress ?? '', practiceCode, knownDevice: false };
    const refusal = () => this.requests.refusal(LIMIT, asking);
    // Nothing about the attempt could open a closed way: refused before it costs a transaction.
    const hopeless = deviceToken === null && normaliseCredential(password) === null;
    const closed = hopeless ? await refusal() : null;
    if (closed) {
      this.#note(actor, { code: practiceCode }, null);
      throw closed;
    }
    const proved = await this.proofs.atSignIn(attempt, {
      refusal,
      throttled: (guess) => this.#note(actor, guess, guess),
    });
    const signedIn = await this.database.inPractice(proved.practiceId, () =>
      this.start.finish(actor, attempt, proved, see),
    );
    if (signedIn) return signedIn;
    if (proved.place.stranger) this.requests.count(LIMIT, asking);
    throw Problem.of('invalid_credentials').limitedBy(proved.place.limit);
  }

  /** A guess that was not looked at. Where the way is closed to all strangers, nobody has asked whose name it is. */
  #note(actor: Actor, where: Doorstep, guess: Pick<Proved, 'account' | 'place'> | null): void {
    const userId = guess?.account?.userId;
    this.throttled.count(where, {
      action: 'session.refused',
      actor,
      account: userId ?? (guess ? nobody(guess.place.account) : 'anybody'),
      ...(userId && { target: { type: 'user', id: userId } }),
    });
  }
}
