import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { type LimitState, NIL_ID, Problem } from '#runtime';
import { KeyRing, keyedDigest } from '#secrets';

/** Guesses that cost no waiting; several clients of one person that start at once need some. */
const FREE = 10;
/** The pause after them doubles from here … */
const FIRST_PAUSE_SECONDS = 5;
/** … to here. A known device that has failed is a stranger for this long at once. */
const LONGEST_PAUSE_SECONDS = 900;
/** Consecutive failures after which guessing is over (NIST SP 800-63B-4 §3.2.2). */
const MOST = 100;
/** Each failure, so that patience yields one more guess in four days and no more. */
const REMEMBERED = `interval '4 days'`;

/** Not the time of writing: whoever began before and comes to the row after would find it closed. */
const OPEN = `'epoch'::timestamptz`;

/** One guess at one account's password: who guesses is counted apart from everybody else. */
export interface Guess {
  account: Buffer;
  /** A known device, a session, or the nil id for all strangers together. */
  device: string;
  /** Counted instead when `device` has failed too often; the same where nobody else stands in. */
  fallback: string;
  firstPauseSeconds: number;
}

/** What became of asking for a place. */
export interface Place {
  readonly account: Buffer;
  /** Who was counted. */
  readonly device: string;
  readonly stranger: boolean;
  readonly admitted: boolean;
  readonly limit: LimitState;
}

/**
 * Bounds guesses at one account's password. A place is taken before the password is looked at and is a
 * failure until it is given back, so that parallel guesses find no more places than guesses one after the
 * other. Strangers are counted together and wait longer and longer; known devices never wait for them.
 */
@Injectable()
export class AttemptLimits {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  /** By what was typed, so that an account that does not exist is counted like any other. */
  signIn(practiceCode: string, username: string, knownDevice: string | null): Guess {
    return {
      account: keyedDigest(this.keys, 'account-digest', practiceCode, username),
      device: knownDevice ?? NIL_ID,
      fallback: NIL_ID,
      firstPauseSeconds: knownDevice ? LONGEST_PAUSE_SECONDS : FIRST_PAUSE_SECONDS,
    };
  }

  /** Somebody signed in who is asked for the password again: each session by itself. */
  inSession(practiceId: string, userId: string, sessionId: string): Guess {
    return {
      account: keyedDigest(this.keys, 'account-digest', practiceId, userId),
      device: sessionId,
      fallback: sessionId,
      firstPauseSeconds: FIRST_PAUSE_SECONDS,
    };
  }

  /** Takes a place in the running unit, in one statement that is sent at once. */
  async reserve(guess: Guess): Promise<Place> {
    const { account, device, fallback, firstPauseSeconds } = guess;
    const [row] = await this.database.sql<Row>(RESERVE, [account, device, fallback, firstPauseSeconds]);
    if (!row) throw new Error('Whether there is a place must be known');
    return {
      account,
      device: row.device,
      stranger: row.device === NIL_ID,
      admitted: row.admitted,
      limit: limitOf(row.admitted ? Math.max(0, FREE - row.failures) : 0, row.wait_seconds),
    };
  }

  /** Nobody has looked at the password: too busy to check is no wrong guess. */
  async giveBack({ account, device }: Place): Promise<void> {
    await this.database.sql(
      `update sign_in_attempts set failures = failures - 1, open_at = ${OPEN}
       where practice_id = current_practice() and account = $1 and device = $2 and failures > 0`,
      [account, device],
    );
  }

  /**
   * A right password ends the run of failures of whoever was counted, and of nobody else: the owner's
   * sign-in from a known device forgives no stranger. Returns where that leaves them.
   */
  forgive({ account, device }: Place): LimitState {
    this.database.last(
      'delete from sign_in_attempts where practice_id = current_practice() and account = $1 and device = $2',
      [account, device],
    );
    return limitOf(FREE, 0);
  }
}

interface Row {
  device: string;
  failures: number;
  wait_seconds: number;
  admitted: boolean;
}

/** @returns the refusal that tells how long to wait; the same for every account, known or not. */
export function tooManyAttempts(limit: LimitState): Problem {
  const seconds = limit.resetSeconds ?? 1;
  const problem =
    seconds > LONGEST_PAUSE_SECONDS
      ? Problem.of(
          'too_many_attempts',
          'From here only a temporary password helps: use Reset password, or ask an administrator of your practice.',
        )
      : Problem.of('too_many_attempts');
  return problem.retryAfter(seconds).limitedBy(limit);
}

const limitOf = (remaining: number, waitSeconds: number): LimitState => ({
  name: 'sign-in',
  quota: FREE,
  windowSeconds: LONGEST_PAUSE_SECONDS,
  remaining,
  resetSeconds: remaining > 0 ? null : Math.ceil(waitSeconds),
});

/**
 * `lane` is who is counted; `taken` the place, unless there is none. Not waiting for the disk: whoever can
 * crash the database gains the guesses of its last half second.
 */
const RESERVE = `
  with lane as (
    select case when closed then $3::uuid else $2::uuid end as device,
      case when closed then ${FIRST_PAUSE_SECONDS} else $4::integer end as pause,
      set_config('synchronous_commit', 'off', true)
    from (select exists (select from sign_in_attempts where practice_id = current_practice() and account = $1
      and device = $2 and open_at > app_now()) as closed) own
  ), taken as (
    insert into sign_in_attempts as a (practice_id, account, device, failures, open_at, last_at)
    select current_practice(), $1, lane.device, 1, ${OPEN}, app_now() from lane
    where not exists (select from sign_in_attempts c where c.practice_id = current_practice()
      and c.account = $1 and c.device = lane.device and c.open_at > app_now())
    on conflict (practice_id, account, device) do update
    set (failures, open_at, last_at) = (
      select n, case when n < ${FREE} then ${OPEN}
        when n < ${MOST} then app_now() + make_interval(secs =>
          least(${LONGEST_PAUSE_SECONDS}, (select pause from lane) * 2 ^ (n - ${FREE})))
        else app_now() + n * ${REMEMBERED} end, app_now()
      from (select case when a.last_at + a.failures * ${REMEMBERED} < app_now() then 1
        else a.failures + 1 end as n) counted)
    where a.open_at <= app_now()
    returning a.device, a.failures, a.open_at
  )
  select device, failures, extract(epoch from open_at - app_now())::float8 as wait_seconds, true as admitted
  from taken
  union all
  select lane.device, coalesce(c.failures, 0),
    greatest(1, extract(epoch from c.open_at - app_now()))::float8, false
  from lane left join sign_in_attempts c on c.practice_id = current_practice() and c.account = $1
    and c.device = lane.device
  where not exists (select from taken)`;
