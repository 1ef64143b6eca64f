import type { Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Argon2Threads } from '#secrets';
import { formatPracticeId, practiceIdFromRandom } from '../../../libs/contract/index.js';
import { asAdministrator, type Invited, invite, join, type Member } from '../../support/people.js';
import { ANSWER, NEW_PASSWORD, type OpenedPractice, openPractice } from '../../support/practice.js';
import { expectFault, expectProblem } from '../../support/problems.js';
import { type Product, startProduct } from '../../support/product.js';
import { answerQuestion, challenge, mailRuns } from '../../support/recovery.js';

const NOBODYS = formatPracticeId(practiceIdFromRandom(Uint8Array.from([7, 7, 2, 3, 5, 8, 13, 21, 30])));
const WRONG = 'nobody would have this';

let product: Product;
let practice: OpenedPractice;
let member: Member;
let invited: Invited;
let gone: Member;
beforeAll(async () => {
  // Room to measure: a stranger's tries are limited, and who is limited is answered sooner.
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  practice = await openPractice(product);
  member = await join(product, practice);
  invited = await invite(product, practice);
  gone = await join(product, practice);
  const { headers } = await asAdministrator(product, practice);
  const status = { status: 'deactivated' };
  await product.http.patch(`/api/v1/users/${gone.id}`).set(headers).send(status).expect(200);
  await mailRuns(product);
});
afterAll(() => product.stop());

const signInAs = (username: string, practiceId = practice.practiceId) =>
  product.http.post('/api/v1/sessions').send({ practiceId, username, password: WRONG });
const said = ({ status, text }: Response) => `${status} ${text.replace(/"requestId":"[^"]*"/, '')}`;

/** How many slow hashes each kind of request takes; what they take in time is measured elsewhere. */
async function slowHashesIn(
  kinds: Record<string, () => PromiseLike<Response>>,
): Promise<Record<string, number>> {
  const verify = vi.spyOn(product.app.get(Argon2Threads, { strict: false }), 'verify');
  const counts: Record<string, number> = {};
  for (const [kind, ask] of Object.entries(kinds)) {
    const before = verify.mock.calls.length;
    await ask();
    counts[kind] = verify.mock.calls.length - before;
  }
  verify.mockRestore();
  return counts;
}

describe('Keycloak CVE-2021-3754, Keycloak GHSA-cq42-vhv7-xr7p: a username that is somebody’s email address or id is nobody’s', () => {
  it.each(['mara@elm.example', 'mara%40elm.example', 'mara@'])('cannot be taken: %s', async (username) => {
    const { headers } = await asAdministrator(product, practice);
    const person = { username, displayName: 'Mallory', email: 'mallory@elm.example', roles: ['staff'] };
    expectFault(await product.http.post('/api/v1/users').set(headers).send(person), '/username');
  });

  it('leads to no account: not for signing in, not for a reset', async () => {
    const victim = await join(product, practice);
    const { practiceId } = practice;
    for (const username of [victim.email, victim.id, victim.email.toUpperCase()]) {
      const session = { practiceId, username, password: NEW_PASSWORD };
      expectProblem(await product.http.post('/api/v1/sessions').send(session), 401, 'invalid_credentials');
      await challenge(product, practiceId, username);
      expect((await answerQuestion(product, { practiceId, username })).status).toBe(202);
    }
    const rows = await product.database.query('select from password_resets where user_id = $1', [victim.id]);
    expect(rows).toEqual([]);
  });

  it('does not keep the owner of the address out: names and addresses are two things', async () => {
    const { headers } = await asAdministrator(product, practice);
    const alike = { username: 'elm.example', displayName: 'Alike', email: member.email, roles: ['staff'] };
    await product.http.post('/api/v1/users').set(headers).send(alike).expect(201);
    const session = { practiceId: practice.practiceId, username: member.username, password: NEW_PASSWORD };
    expect((await product.http.post('/api/v1/sessions').send(session)).status).toBe(201);
  });
});

describe('Vendure CVE-2026-25050, Django CVE-2024-39329, Django CVE-2024-45231: neither time, nor an unusable password, nor a failing mail server tells who exists', () => {
  it('signing in takes one slow hash for whoever, also for those without a password', async () => {
    const kinds = {
      'wrong password': () => signInAs(member.username),
      'no password yet': () => signInAs(invited.username),
      deactivated: () => signInAs(gone.username),
      unknown: () => signInAs('nobody-here'),
      'no practice': () => signInAs(member.username, NOBODYS),
    };
    const words = new Set<string>();
    for (const ask of Object.values(kinds)) words.add(said(await ask()));
    expect(words.size).toBe(1);
    expect(Object.values(await slowHashesIn(kinds))).toEqual([1, 1, 1, 1, 1]);
  });

  it('answering the question takes as many for whoever, right or wrong', async () => {
    const answer = (username: string, answer: string, practiceId = practice.practiceId) =>
      answerQuestion(product, { practiceId, username, answer });
    await answer(member.username, ANSWER);
    const counts = await slowHashesIn({
      right: () => answer(member.username, ANSWER),
      'no question': () => answer(invited.username, ANSWER),
      unknown: () => answer('nobody-here', ANSWER),
      'no practice': () => answer(member.username, ANSWER, NOBODYS),
    });
    expect(new Set(Object.values(counts)).size, JSON.stringify(counts)).toBe(1);
  });

  it('says the same while no mail can be sent at all', async () => {
    const owner = await join(product, practice);
    const { practiceId } = practice;
    await product.mailbox.close();
    const answers = [
      await answerQuestion(product, { practiceId, username: owner.username }),
      await answerQuestion(product, { practiceId, username: owner.username, answer: WRONG }),
      await answerQuestion(product, { practiceId, username: 'nobody-here' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.message)).size).toBe(1);
  });
});
