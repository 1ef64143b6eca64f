import { Inject, Injectable } from '@nestjs/common';
import { AttemptLimits, type Guess, type Place, ReadingLane, tooManyAttempts } from '#admission';
import { Database } from '#database';
import type { LimitState, Problem } from '#runtime';
import { KeyRing, openDeviceToken } from '#secrets';
import { type Account, Accounts, type Proof } from './accounts.js';
import type { Principal } from './sessions.js';

/** What was typed at a sign-in, and what marks the device that it was typed on. */
export interface Claim {
  /** Canonical Practice ID. */
  practiceCode: string;
  /** Canonical username. */
  username: string;
  password: string;
  deviceToken: string | null;
}

/** What a typed password proved about which account, and the place that the guess took. */
export interface Proved {
  practiceId: string;
  account: Account | null;
  proof: Proof;
  place: Place;
  /** The device, where this very user has signed in with it before. */
  device: string | null;
}

type Found = Pick<Proved, 'practiceId' | 'account' | 'device'>;

/** How the account is found and counted, and what else may close the way once it is known who asks. */
interface Question {
  enter: <T>(work: () => Promise<T>) => Promise<T>;
  typed: string;
  /** Whether it is read as a known device's; whose device it is, is known only then. */
  known: boolean;
  find: () => Promise<Omit<Found, 'practiceId'>>;
  guess: (found: Omit<Found, 'practiceId'>) => Guess;
  refusal: (place: Place) => Promise<Problem | null>;
  throttled: Throttled;
}

/** Told of a guess that is refused without a look at it. */
type Throttled = (guess: Found & { place: Place }) => void;

/** What may close the way to strangers, and who is told that it was closed. */
interface Closing {
  refusal: () => Promise<Problem | null>;
  throttled: Throttled;
}

/**
 * Checks a typed password within the limits on guessing: a place is taken before the slow hash, in the
 * transaction that reads the account. A mailed temporary password is past guessing (130 bits), so a right
 * one passes when everything else is closed.
 */
@Injectable()
export class Proofs {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(AttemptLimits) private readonly attempts: AttemptLimits,
    @Inject(ReadingLane) private readonly lane: ReadingLane,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  /** Somebody who says who they are. @throws Problem `too_many_attempts`, `overloaded` */
  atSignIn(claim: Claim, { refusal, throttled }: Closing): Promise<Proved> {
    const { practiceCode, username, password, deviceToken } = claim;
    const mark = deviceToken ? openDeviceToken(this.keys, deviceToken) : null;
    return this.#of({
      enter: (work) => this.database.inPracticeNamed(practiceCode, work),
      typed: password,
      known: mark !== null,
      find: async () => {
        const account = await this.accounts.byUsername(username);
        // A mark helps only the very user it belongs to.
        const own = mark?.practiceId === account?.practiceId && mark?.userId === account?.userId;
        return { account, device: mark && own ? mark.deviceId : null };
      },
      guess: ({ device }) => this.attempts.signIn(practiceCode, username, device),
      refusal: async ({ stranger }) => (stranger ? refusal() : null),
      throttled,
    });
  }

  /** Somebody signed in, asked for the password once more. @throws Problem `too_many_attempts`, `overloaded` */
  inSession(principal: Principal, typed: string, throttled: Throttled): Promise<Proved> {
    const { practiceId, userId, sessionId, restrictedTo } = principal;
    return this.#of({
      enter: (work) => this.database.inPractice(practiceId, work),
      typed,
      known: true,
      find: async () => {
        const account = restrictedTo
          ? await this.accounts.byUsedCredential(userId, restrictedTo)
          : await this.accounts.byId(userId);
        return { account, device: null };
      },
      guess: () => this.attempts.inSession(practiceId, userId, sessionId),
      refusal: async () => null,
      throttled,
    });
  }

  /** Ends the run of failures before a right password, with the running unit. */
  forgive({ place }: Proved): LimitState {
    return this.attempts.forgive(place);
  }

  async #of(question: Question): Promise<Proved> {
    const { typed, known, refusal } = question;
    const { found, place } = await this.lane.run(() => this.#read(question), { known });
    const closed = place.admitted ? await refusal(place) : tooManyAttempts(place.limit);
    if (!closed) return { ...found, place, proof: await this.#prove(typed, found, place) };
    const proof = this.accounts.proveMailed(typed, found.account);
    if (proof !== null) return { ...found, place, proof };
    question.throttled({ ...found, place });
    if (place.admitted) await this.#giveBack(found.practiceId, place);
    throw closed;
  }

  async #read({ enter, find, guess }: Question): Promise<{ found: Found; place: Place }> {
    const { found, reserving } = await enter(async () => {
      const found = { ...(await find()), practiceId: this.database.practiceId };
      const reserving = this.attempts.reserve(guess(found));
      // Nobody waits for it here: it leaves in one packet with the commit, which shows its failure as well.
      reserving.catch(() => undefined);
      return { found, reserving };
    });
    return { found, place: await reserving };
  }

  async #prove(typed: string, { practiceId, account }: Found, place: Place): Promise<Proof> {
    try {
      return await this.accounts.prove(typed, account, !place.stranger);
    } catch (error) {
      await this.#giveBack(practiceId, place);
      throw error;
    }
  }

  #giveBack(practiceId: string, place: Place): Promise<void> {
    return this.database.inPractice(practiceId, () => this.attempts.giveBack(place));
  }
}
