import { Inject, Injectable } from '@nestjs/common';
import { type Operator, Operators } from '#access';
import { Database } from '#database';
import { newLookingToken, operatorTokenDigest, type Secret, sha256 } from '#secrets';

export const SESSION_MINUTES = 30;
/** A token has 256 bits: this keeps guessing from being work, not from succeeding. */
const WRONG_A_MINUTE = 10;

interface BoardSession {
  token: Buffer;
  endsAt: number;
}

/** What became of a token that was given. */
export type SignIn =
  | { outcome: 'in'; operator: Operator; session: Secret }
  | { outcome: 'wrong' | 'too many' | 'no operators' };

/** Who looks at the queues: in the memory of this process only, by the hash of what the browser holds. */
@Injectable()
export class BoardSessions {
  readonly #sessions = new Map<string, BoardSession>();
  #wrong: number[] = [];

  constructor(
    @Inject(Operators) private readonly operators: Operators,
    @Inject(Database) private readonly database: Database,
  ) {}

  async begin(token: string): Promise<SignIn> {
    const { ever } = await this.operators.known();
    if (!ever) return { outcome: 'no operators' };
    const now = this.#now();
    this.#wrong = this.#wrong.filter((at) => at > now - 60_000);
    if (this.#wrong.length >= WRONG_A_MINUTE) return { outcome: 'too many' };
    const digest = operatorTokenDigest(token);
    const operator = digest && (await this.operators.byDigest(digest));
    if (!operator) {
      this.#wrong.push(now);
      return { outcome: 'wrong' };
    }
    this.#forgetEnded(now);
    const session = newLookingToken();
    this.#sessions.set(keyOf(session.reveal()), { token: digest, endsAt: now + SESSION_MINUTES * 60_000 });
    return { outcome: 'in', operator, session };
  }

  /** Asked on every request: an operator who is revoked sees nothing more. */
  async whose(given: string | undefined): Promise<Operator | null> {
    const session = given === undefined ? undefined : this.#sessions.get(keyOf(given));
    const operator = session && (await this.operators.byDigest(session.token));
    return operator && this.#now() < session.endsAt ? operator : null;
  }

  end(given: string | undefined): void {
    if (given !== undefined) this.#sessions.delete(keyOf(given));
  }

  #forgetEnded(now: number): void {
    for (const [key, { endsAt }] of this.#sessions) if (endsAt <= now) this.#sessions.delete(key);
  }

  #now(): number {
    return this.database.timeNearby.getTime();
  }
}

const keyOf = (given: string): string => sha256(given).toString('hex');
