import { randomBytes } from 'node:crypto';
import type { Call } from '../load.js';
import { ANSWER, type MeasuredInstallation } from './installation.js';
import { type Account, type People, USES } from './people.js';
import type { Cause } from './rounds.js';
import type { Wire } from './wire.js';

const WRONG_ANSWERS_LOOKED_AT = 5;
const ACCOUNTS_OVER_THEIR_LIMIT = 40;
const MOST_TRIES_TO_BE_THROTTLED = 60;

/** Causes that are sent in the same rounds, and which two of them must not be told apart. */
export interface Suite {
  name: string;
  pairs: readonly (readonly [first: string, second: string])[];
  /** Seeded accounts that so many rounds use up. */
  accounts(rounds: number): number;
  causes(people: People, installation: MeasuredInstallation, rounds: number): Promise<Cause[]>;
}

const call = (path: string, body: object): Call => ({ path, headers: {}, body: JSON.stringify(body) });
const challenge = ({ practiceId, username }: Account): Call =>
  call('/api/v1/password-resets/challenges', { practiceId, username });
const signIn = ({ practiceId, username }: Account, password = randomBytes(12).toString('hex')): Call =>
  call('/api/v1/sessions', { practiceId, username, password, transport: 'bearer' });

/** One after the other, and again from the start. */
function inTurn<T>(items: readonly T[]): () => T {
  let next = 0;
  return () => items[next++ % items.length] as T;
}

const challenges: Suite = {
  name: 'challenge',
  pairs: [
    'enrolled again',
    'unknown name',
    'unknown practice',
    'deactivated',
    'no question',
    'question off',
  ].map((cause) => ['enrolled', cause] as const),
  accounts: (rounds) => 2 * rounds + 50,
  async causes(people) {
    const [deactivated, unasked] = [inTurn(await people.deactivated(50)), inTurn(await people.invited(50))];
    const unasking = inTurn(people.whereNothingIsAsked());
    return [
      { name: 'enrolled', prepare: () => challenge(people.fresh()) },
      { name: 'enrolled again', prepare: () => challenge(people.fresh()) },
      { name: 'unknown name', prepare: () => challenge(people.unknownName()) },
      { name: 'unknown practice', prepare: () => challenge(people.unknownPractice()) },
      { name: 'deactivated', prepare: () => challenge(deactivated()) },
      { name: 'no question', prepare: () => challenge(unasked()) },
      { name: 'question off', prepare: () => challenge(unasking()) },
    ];
  },
};

const cause = (name: string, prepare: Cause['prepare']): Cause => ({ name, prepare });

/** The ticket is fetched just before, as people do. */
async function answer(wire: Wire, account: Account, typed: string): Promise<Call> {
  const { ticket } = await wire.ask<{ ticket: string }>(challenge(account), 200);
  return call('/api/v1/password-resets', { ticket, answer: typed });
}
const wrongAnswer = (wire: Wire, account: Account) => answer(wire, account, randomBytes(6).toString('hex'));

const right = (people: People, name = 'right') => cause(name, (wire) => answer(wire, people.fresh(), ANSWER));
const wrong = (people: People, rounds: number) =>
  wrongOf('wrong', inTurn(people.many(Math.ceil(rounds / USES))));
const wrongOf = (name: string, account: () => Account) => cause(name, (wire) => wrongAnswer(wire, account()));
const rightOf = (name: string, account: () => Account) =>
  cause(name, (wire) => answer(wire, account(), ANSWER));

const answers: Suite = {
  name: 'answer',
  pairs: [
    ['right', 'right again'],
    ['right', 'wrong'],
    ['right', 'unknown name'],
    ['right', 'deactivated'],
    ['wrong', 'unknown practice'],
    ['wrong', 'sixth answer'],
    ['right', 'sixth answer'],
  ],
  accounts: (rounds) => 2 * rounds + Math.ceil(rounds / USES) + 50 + ACCOUNTS_OVER_THEIR_LIMIT,
  async causes(people, { wire }, rounds) {
    const over = people.many(ACCOUNTS_OVER_THEIR_LIMIT);
    for (const account of over) {
      for (let given = 0; given < WRONG_ANSWERS_LOOKED_AT; given += 1) {
        await wire.ask(await wrongAnswer(wire, account), 202);
      }
    }
    return [
      right(people),
      right(people, 'right again'),
      wrong(people, rounds),
      wrongOf('unknown name', () => people.unknownName()),
      wrongOf('unknown practice', () => people.unknownPractice()),
      rightOf('sixth answer', inTurn(over)),
      rightOf('deactivated', inTurn(await people.deactivated(50))),
    ];
  },
};

/** What a right answer causes must not be felt by whoever gave it: the next request is measured. */
const nextRequests: Suite = {
  name: 'request after an answer',
  pairs: [
    ['after right', 'after wrong'],
    ['after right', 'after unknown name'],
  ],
  accounts: (rounds) => rounds + Math.ceil(rounds / USES),
  async causes(people, _installation, rounds) {
    const after = ({ name, prepare }: Cause): Cause =>
      cause(`after ${name}`, async (wire) => {
        const next = challenge(people.unknownName());
        await wire.ask(await prepare(wire), 202);
        return next;
      });
    return [right(people), wrong(people, rounds), wrongOf('unknown name', () => people.unknownName())].map(
      after,
    );
  },
};

const answersWhile = (
  name: string,
  befall: (installation: MeasuredInstallation) => Promise<void>,
): Suite => ({
  name,
  pairs: [
    ['right', 'wrong'],
    ['right', 'unknown name'],
  ],
  accounts: (rounds) => rounds + Math.ceil(rounds / USES),
  async causes(people, installation, rounds) {
    await befall(installation);
    return [right(people), wrong(people, rounds), wrongOf('unknown name', () => people.unknownName())];
  },
});

const refusal = (name: string, account: () => Account): Cause => cause(name, () => signIn(account()));

const signIns: Suite = {
  name: 'sign-in',
  pairs: [
    'wrong password again',
    'unknown name',
    'unknown practice',
    'deactivated',
    'invited',
    'expired temporary password',
    'password switched off',
  ].map((cause) => ['wrong password', cause] as const),
  accounts: (rounds) => 5 * Math.ceil(rounds / USES),
  async causes(people, _installation, rounds) {
    const count = Math.ceil(rounds / USES);
    const expired = inTurn(await people.expired(count));
    return [
      refusal('wrong password', inTurn(people.many(count))),
      refusal('wrong password again', inTurn(people.many(count))),
      refusal('unknown name', () => people.unknownName()),
      refusal('unknown practice', () => people.unknownPractice()),
      refusal('deactivated', inTurn(await people.deactivated(count))),
      refusal('invited', inTurn(await people.invited(count))),
      cause('expired temporary password', () => {
        const { credential, ...account } = expired();
        return signIn(account, credential);
      }),
      refusal('password switched off', inTurn(await people.disabled(count))),
    ];
  },
};

/** Names are refused until one has to wait, and is not about to be let in again. */
async function waiting(wire: Wire, next: () => Account): Promise<Call> {
  let account = next();
  for (let tries = 0; tries < MOST_TRIES_TO_BE_THROTTLED; tries += 1) {
    const { status, retryAfterSeconds } = await wire.send(signIn(account));
    if (status === 429 && retryAfterSeconds > 1) return signIn(account);
    if (status === 429) account = next();
  }
  throw new Error(`nobody throttles ${MOST_TRIES_TO_BE_THROTTLED} wrong passwords for one name`);
}

const throttled: Suite = {
  name: 'throttled sign-in',
  pairs: [['known name', 'unknown name']],
  accounts: () => ACCOUNTS_OVER_THEIR_LIMIT,
  async causes(people) {
    const known = inTurn(people.many(ACCOUNTS_OVER_THEIR_LIMIT));
    const unknown = inTurn(Array.from({ length: ACCOUNTS_OVER_THEIR_LIMIT }, () => people.unknownName()));
    return [
      { name: 'known name', prepare: (wire) => waiting(wire, known) },
      { name: 'unknown name', prepare: (wire) => waiting(wire, unknown) },
    ];
  },
};

/** In this order: what stops a part of the installation comes last. */
export const SUITES: readonly Suite[] = [
  challenges,
  answers,
  nextRequests,
  signIns,
  throttled,
  answersWhile('answer, mail server down', (installation) => installation.stopMail()),
  answersWhile('answer, queue stopped', (installation) => installation.restart('api')),
];
