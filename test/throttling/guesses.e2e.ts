import { Client } from 'pg';
import type { Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { formatPracticeId, practiceIdFromRandom } from '../../libs/contract/index.js';
import { credentialIn, nextMail } from '../support/mail.js';
import { asAdministrator, join, type Member } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

const NOBODYS = formatPracticeId(practiceIdFromRandom(Uint8Array.from([3, 1, 4, 1, 5, 9, 2, 6, 5])));
const OTHERS = formatPracticeId(practiceIdFromRandom(Uint8Array.from([2, 7, 1, 8, 2, 8, 1, 8, 2])));
const WRONG = 'not the right password';
const FREE = 10;
const PAUSES = [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900];

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

interface Attempt {
  username: string;
  password?: string;
  practiceId?: string;
  device?: string;
}

const attempt = ({ device, ...typed }: Attempt) =>
  product.http
    .post('/api/v1/sessions')
    .set(device ? { 'x-latchkey-device': device } : {})
    .send({ practiceId: practice.practiceId, password: WRONG, transport: 'bearer', ...typed });
const waitOf = (response: Response) => Number(response.headers['retry-after']);
const statusOf = async (typed: Attempt) => (await attempt(typed)).status;

/** Guesses until strangers have to wait for this member. */
async function closeToStrangers({ username }: { username: string }): Promise<void> {
  for (let guess = 0; guess < FREE; guess += 1) await attempt({ username }).expect(401);
  expectProblem(await attempt({ username, password: NEW_PASSWORD }), 429, 'too_many_attempts');
}

/** As if the last of `failures` guesses had been made long enough ago to be allowed the next one. */
const haveFailed = (failures: number) =>
  product.database.query("update sign_in_attempts set failures = $1, open_at = now() - interval '1 hour'", [
    failures,
  ]);

describe('guesses of strangers', () => {
  it('are looked at ten times, however many come at once', async () => {
    const { username } = await join(product, practice);
    const answers = await Promise.all(Array.from({ length: 50 }, () => attempt({ username })));
    // One that nobody had the time to look at (503) has given its place back.
    while (answers.at(-1)?.status !== 429) answers.push(await attempt({ username }));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(FREE);
    const waiting = answers.filter(({ status }) => status === 429);
    expect(waiting.length).toBeGreaterThan(0);
    for (const answer of waiting) {
      expectProblem(answer, 429, 'too_many_attempts');
      expect(waitOf(answer)).toBeGreaterThanOrEqual(1);
    }
  });

  it('are told what is left, and then wait longer and longer, up to 15 minutes', async () => {
    const { username } = await join(product, practice);
    for (let left = FREE - 1; left >= 0; left -= 1) {
      const { headers } = await attempt({ username }).expect(401);
      expect(headers['ratelimit-policy']).toBe('"sign-in";q=10;w=900');
      expect(headers['ratelimit']).toBe(`"sign-in";r=${left}${left === 0 ? ';t=5' : ''}`);
    }
    for (const [index, pause] of PAUSES.entries()) {
      const early = await attempt({ username, password: NEW_PASSWORD });
      expectProblem(early, 429, 'too_many_attempts');
      expect(waitOf(early), `pause ${index}`).toBeLessThanOrEqual(pause);
      expect(waitOf(early)).toBeGreaterThan(pause - 3);
      expect(early.headers['ratelimit']).toBe(`"sign-in";r=0;t=${waitOf(early)}`);
      await product.advance(waitOf(early));
      await attempt({ username }).expect(401);
    }
  });

  it('are forgiven by a right password of theirs', async () => {
    const { username } = await join(product, practice);
    for (const password of [
      WRONG,
      WRONG,
      WRONG,
      WRONG,
      NEW_PASSWORD,
      WRONG,
      WRONG,
      WRONG,
      WRONG,
      NEW_PASSWORD,
    ]) {
      expect(await statusOf({ username, password })).toBe(password === WRONG ? 401 : 201);
    }
  });

  it('are over after a hundred in a row: only a mailed password opens, and begins anew', async () => {
    const member = await join(product, practice);
    const { username } = member;
    await closeToStrangers(member);
    await haveFailed(99);
    expect(await statusOf({ username })).toBe(401);
    await product.advance(24 * 3_600);
    const closed = await attempt({ username, password: NEW_PASSWORD });
    expectProblem(closed, 429, 'too_many_attempts');
    expect(waitOf(closed)).toBeGreaterThan(300 * 86_400);
    const { headers } = await asAdministrator(product, practice);
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
    const mailed = credentialIn(await nextMail(product.mailbox, member.email, 'temporary-credential'));
    expectProblem(await attempt({ username, password: NEW_PASSWORD }), 429, 'too_many_attempts');
    expect(await statusOf({ username, password: mailed })).toBe(201);
    expect(await statusOf({ username, password: NEW_PASSWORD })).toBe(201);
  });

  it('are remembered for four days each, also by what the worker forgets', async () => {
    const { username } = await join(product, practice);
    await closeToStrangers({ username });
    await product.advance(39 * 86_400);
    await product.database.query('set role latchkey_worker; select forget_expired(); reset role');
    const { headers } = await attempt({ username }).expect(401);
    expect(headers['ratelimit']).toBe('"sign-in";r=0;t=10');
    await product.advance(45 * 86_400);
    const later = await attempt({ username }).expect(401);
    expect(later.headers['ratelimit']).toBe('"sign-in";r=9');
  });
});

/** Beginning, entering the practice, committing, and what this process writes together now and then. */
const AROUND = /^begin|^commit|set_config\('app.practice'|practice_by_code|request_counts/;
/** What it counted of guesses that were not looked at is written by the statement that a refused guess is written by. */
const isOfThrottled = ({ text, values }: Asked) =>
  text.includes('audit_refusals') && JSON.stringify(values).includes(' throttled');

interface Asked {
  text: string;
  values?: unknown[];
}

/** What the API asks the database about one attempt. */
async function statementsOf(request: () => PromiseLike<unknown>): Promise<string[]> {
  const asked = vi.spyOn(Client.prototype, 'query');
  try {
    await request();
    const calls = asked.mock.calls as unknown[][];
    return calls
      .map(([query]) => (typeof query === 'string' ? { text: query } : (query as Asked)))
      .filter((call) => !AROUND.test(call.text) && !isOfThrottled(call))
      .map(({ text }) => text);
  } finally {
    asked.mockRestore();
  }
}

describe('whether the name exists', () => {
  const story = async (typed: Attempt) => {
    const told = [];
    for (let guess = 0; guess < FREE + 3; guess += 1) {
      const { status, headers, body } = await attempt(typed);
      told.push({
        status,
        detail: body.detail,
        policy: headers['ratelimit-policy'],
        limit: headers['ratelimit']?.replace(/t=\d/, 't=…'),
        waits: 'retry-after' in headers,
      });
    }
    return told;
  };

  it('is told by no answer, header or wait', async () => {
    const { username } = await join(product, practice);
    const known = await story({ username });
    expect(known.map(({ status }) => status)).toEqual([...Array(FREE).fill(401), 429, 429, 429]);
    expect(await story({ username: 'nobody-of-that-name' })).toEqual(known);
    expect(await story({ username: 'nobody-of-that-name', practiceId: NOBODYS })).toEqual(known);
    // Unknown practices are not one: a name that is closed in all of them would tell them from real ones.
    expect(await story({ username: 'nobody-of-that-name', practiceId: OTHERS })).toEqual(known);
  });

  it('is told by no statement more or less, open or closed', async () => {
    const { username } = await join(product, practice);
    await product.stopWorker();
    for (let guess = 0; guess < FREE + 2; guess += 1) {
      const known = await statementsOf(() => attempt({ username }));
      expect(known).toHaveLength(guess < FREE ? 3 : 2);
      expect(await statementsOf(() => attempt({ username: 'nobody-at-all' }))).toEqual(known);
      const elsewhere = { username: 'nobody-at-all', practiceId: NOBODYS };
      expect(await statementsOf(() => attempt(elsewhere))).toEqual(known);
    }
    await product.startWorker();
  });
});

describe('the owner of an account that strangers guess at', () => {
  it('signs in from a known device, which forgives no stranger', async () => {
    const member = await join(product, practice);
    const { username, session } = member;
    await closeToStrangers(member);
    expect(await statusOf({ username, password: NEW_PASSWORD, device: session.deviceToken })).toBe(201);
    expect(await statusOf({ username, password: NEW_PASSWORD })).toBe(429);
  });

  it('signs in with a mailed password from any device', async () => {
    const member = await join(product, practice);
    await closeToStrangers(member);
    const { headers } = await asAdministrator(product, practice);
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
    const mailed = credentialIn(await nextMail(product.mailbox, member.email, 'temporary-credential'));
    expect(await statusOf({ username: member.username, password: mailed })).toBe(201);
  });

  it('is not helped, nor is anybody else, by a mark that belongs to another', async () => {
    const member = await join(product, practice);
    await closeToStrangers(member);
    const { deviceToken: device } = practice.administrator;
    expect(await statusOf({ username: member.username, password: NEW_PASSWORD, device })).toBe(429);
  });
});

describe('a known device', () => {
  it('is a stranger for 15 minutes after ten failures, and known again after that', async () => {
    const member: Member = await join(product, practice);
    const { username, session } = member;
    const mine = { username, device: session.deviceToken };
    await closeToStrangers(member);
    await product.database.query(
      "update sign_in_attempts set open_at = now() + interval '10 years' where device = $1",
      ['00000000-0000-0000-0000-000000000000'],
    );
    for (let guess = 0; guess < FREE; guess += 1) await attempt(mine).expect(401);
    expect(await statusOf({ ...mine, password: NEW_PASSWORD })).toBe(429);
    await product.advance(901);
    expect(await statusOf({ ...mine, password: NEW_PASSWORD })).toBe(201);
  });
});

describe('whoever holds somebody’s session', () => {
  it('guesses ten times at the password, and slows no other session', async () => {
    const member = await join(product, practice);
    const { body } = await attempt({ username: member.username, password: NEW_PASSWORD });
    const stolen = { authorization: `Bearer ${body.token}` };
    const change = { newPassword: 'eleven quiet windmills', currentPassword: WRONG };
    const guesses = [
      ...(await Promise.all(
        Array.from({ length: 15 }, () => product.http.put('/api/v1/me/password').set(stolen).send(change)),
      )),
      await product.http
        .post('/api/v1/sessions/current/reauthentication')
        .set(stolen)
        .send({ password: NEW_PASSWORD }),
    ];
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(FREE);
    for (const guess of guesses.filter(({ status }) => status !== 401)) {
      expectProblem(guess, 429, 'too_many_attempts');
    }
    await product.http
      .put('/api/v1/me/password')
      .set(member.session.headers)
      .send({ newPassword: PASSWORD.toUpperCase(), currentPassword: NEW_PASSWORD })
      .expect(204);
  });
});
