import type { Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialIn, mailsTo, nextMail } from '../../support/mail.js';
import { asAdministrator, join, type Member } from '../../support/people.js';
import { ANSWER, NEW_PASSWORD, type OpenedPractice, openPractice, signIn } from '../../support/practice.js';
import { expectFault, expectProblem } from '../../support/problems.js';
import { type Product, startProduct } from '../../support/product.js';
import { answerQuestion, challenge } from '../../support/recovery.js';

const OWN = 'nine blue lanterns';
const MINUTE = 60;

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const post = (body: object, query: object = {}) =>
  product.http.post('/api/v1/password-resets').query(query).send(body);
const ticketFor = async ({ username }: Member) =>
  (await challenge(product, practice.practiceId, username)).ticket;
const attempt = ({ username }: Member, password: string) =>
  product.http
    .post('/api/v1/sessions')
    .send({ practiceId: practice.practiceId, username, password, transport: 'bearer' });
const mailed = ({ email }: Member) => mailsTo(product, email, 'temporary-credential');

/** Asks as the owner would, and waits for the mail. */
async function resetFor(member: Member): Promise<string> {
  const already = await mailed(member);
  const { practiceId } = practice;
  expect((await answerQuestion(product, { practiceId, username: member.username })).status).toBe(202);
  return credentialIn(await nextMail(product.mailbox, member.email, 'temporary-credential', already));
}

const setPassword = (headers: { authorization: string }, currentPassword: string, newPassword = OWN) =>
  product.http.put('/api/v1/me/password').set(headers).send({ currentPassword, newPassword });

describe('Keycloak CVE-2026-18963, Kiteworks CVE-2026-102115, ZITADEL CVE-2026-109371: no step of the reset is skipped by an extra parameter, a replay or another order', () => {
  it.each([
    { verified: true },
    { step: 'send' },
    { skipQuestion: true },
    { newPassword: OWN },
    { userId: '01000000-0000-7000-8000-000000000000' },
    { email: 'evil@y.test' },
    { username: 'ada' },
  ])('takes no parameter beside ticket and answer: %j', async (extra) => {
    const member = await join(product, practice);
    const ticket = await ticketFor(member);
    const [field = ''] = Object.keys(extra);
    expectFault(await post({ ticket, answer: 'wrong', ...extra }), `/${field}`, 'unknown_field');
    expectFault(await post({ ticket, answer: 'wrong' }, extra), `/${field}`, 'unknown_field');
    expect(await mailed(member)).toEqual([]);
  });

  it('begins with a ticket of ours, unchanged', async () => {
    const member = await join(product, practice);
    const ticket = await ticketFor(member);
    const middle = Math.floor(ticket.length / 2);
    const other = ticket[middle] === 'A' ? 'B' : 'A';
    for (const forged of [
      'ticket',
      ticket.slice(0, -4),
      ticket.slice(0, middle) + other + ticket.slice(middle + 1),
    ]) {
      expectProblem(await post({ ticket: forged, answer: ANSWER }), 422, 'ticket_invalid');
    }
    expectFault(await post({ answer: ANSWER }), '/ticket');
    expect(await mailed(member)).toEqual([]);
  });

  it('is not replayed: neither ticket, nor temporary password, nor the session that it opened', async () => {
    const member = await join(product, practice);
    const ticket = await ticketFor(member);
    expect((await post({ ticket, answer: ANSWER })).status).toBe(202);
    expectProblem(await post({ ticket, answer: ANSWER }), 422, 'ticket_invalid');
    const [mail] = await mailed(member);
    const credential = mail ? credentialIn(mail) : '';
    const { headers } = await signIn(product, practice.practiceId, member.username, credential);
    expectProblem(await attempt(member, credential), 401, 'invalid_credentials');
    await setPassword(headers, credential).expect(204);
    expectProblem(await setPassword(headers, credential, NEW_PASSWORD), 401, 'unauthenticated');
    expectProblem(await attempt(member, credential), 401, 'invalid_credentials');
    expect((await attempt(member, OWN)).status).toBe(201);
  });

  it('does not end before the temporary password was used where it is due, and with nothing else', async () => {
    const member = await join(product, practice);
    const credential = await resetFor(member);
    // In a session that the own password opened, the temporary one proves nothing.
    expectProblem(await setPassword(member.session.headers, credential), 401, 'invalid_credentials');
    const { headers } = await signIn(product, practice.practiceId, member.username, credential);
    expectProblem(await setPassword(headers, NEW_PASSWORD), 401, 'invalid_credentials');
    for (const early of [product.http.get('/api/v1/practice'), product.http.get('/api/v1/sessions')]) {
      expectProblem(await early.set(headers), 403, 'password_change_required');
    }
    expect((await attempt(member, NEW_PASSWORD)).status).toBe(201);
  });
});

describe('Flarum CVE-2026-39923, osTicket CVE-2026-18363, hexpm CVE-2026-21622: what ran out is refused when it is used, whenever it was shown', () => {
  it('a ticket fetched in time and answered late', async () => {
    const member = await join(product, practice);
    const ticket = await ticketFor(member);
    await product.advance(10 * MINUTE);
    expectProblem(await post({ ticket, answer: ANSWER }), 422, 'ticket_invalid');
    expect(await mailed(member)).toEqual([]);
  });

  it('a temporary password mailed in time and typed late', async () => {
    const member = await join(product, practice);
    const credential = await resetFor(member);
    await product.advance(60 * MINUTE);
    expectProblem(await attempt(member, credential), 401, 'invalid_credentials');
  });

  it('a form for the new password opened in time and sent late', async () => {
    const member = await join(product, practice);
    const credential = await resetFor(member);
    const { headers } = await signIn(product, practice.practiceId, member.username, credential);
    await product.http.get('/api/v1/sessions/current').set(headers).expect(200);
    await product.advance(15 * MINUTE);
    expectProblem(await setPassword(headers, credential), 401, 'unauthenticated');
    expect((await attempt(member, NEW_PASSWORD)).status).toBe(201);
  });
});

describe('OPEXUS CVE-2026-32865, ZITADEL CVE-2026-105211, Known CVE-2026-26273: the code is in the mail and in no answer, and the question is asked', () => {
  it('shows the temporary password in no answer of either walk, in whatever form', async () => {
    const member = await join(product, practice);
    const { headers } = await asAdministrator(product, practice);
    const { practiceId } = practice;
    const get = (path: string) => product.http.get(`/api/v1/${path}`).set(headers).expect(200);
    const answers = [
      await product.http
        .post('/api/v1/password-resets/challenges')
        .send({ practiceId, username: member.username }),
      await answerQuestion(product, { practiceId, username: member.username }),
      await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).send({}),
    ];
    const mails = await mailed(member);
    expect(mails).not.toHaveLength(0);
    for (const path of ['users', `users/${member.id}`, 'deliveries', 'audit-events']) {
      answers.push(await get(path));
    }
    const log = await get('password-resets');
    for (const { id } of log.body.items) answers.push(await get(`password-resets/${id}`));
    const said = [...answers, log].map(({ text, headers: sent }) => text + JSON.stringify(sent)).join('\n');
    for (const mail of mails) {
      const plain = credentialIn(mail).replaceAll('-', '');
      const forms = [plain, Buffer.from(plain).toString('base64'), Buffer.from(plain).toString('hex')];
      for (const form of forms) {
        expect(said.replaceAll('-', '').toLowerCase()).not.toContain(form.toLowerCase());
      }
    }
  });

  it('sends nothing for an answer to nothing: empty, blank, or to the question of somebody else', async () => {
    const member = await join(product, practice);
    for (const answer of ['', ' ', '.,;', 'null', 'undefined', 'true']) {
      expect((await post({ ticket: await ticketFor(member), answer })).status).toBe(202);
    }
    const other = await join(product, practice);
    expect((await post({ ticket: await ticketFor(other), answer: 'wrong' })).status).toBe(202);
    expect(await mailed(member)).toEqual([]);
    expect(await mailed(other)).toEqual([]);
  });
});

describe('Parse GHSA-2299-ghjr-6vjp, Parse GHSA-w73w-g5xw-rwhf, Vikunja CVE-2026-28268: a one-time token works once, and not after what should have ended it', () => {
  it('opens one session when it is used by many at the same moment', async () => {
    const member = await join(product, practice);
    const credential = await resetFor(member);
    const answers = await Promise.all(Array.from({ length: 6 }, () => attempt(member, credential)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201, 401, 401, 401, 401, 401,
    ]);
  });

  it('takes one answer when many are given for one ticket at the same moment', async () => {
    const member = await join(product, practice);
    const ticket = await ticketFor(member);
    const answers = await Promise.all(Array.from({ length: 6 }, () => post({ ticket, answer: ANSWER })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      202, 422, 422, 422, 422, 422,
    ]);
    expect(await mailed(member)).toHaveLength(1);
  });

  const endings: [string, (member: Member, headers: { authorization: string }) => PromiseLike<Response>][] = [
    [
      'another reset',
      ({ id }, headers) => product.http.post(`/api/v1/users/${id}/password-reset`).set(headers),
    ],
    [
      'a new address',
      ({ id, email }, headers) =>
        product.http
          .patch(`/api/v1/users/${id}`)
          .set(headers)
          .send({ email: `new-${email}` }),
    ],
    [
      'deactivation',
      ({ id }, headers) =>
        product.http.patch(`/api/v1/users/${id}`).set(headers).send({ status: 'deactivated' }),
    ],
    ['a password set with the old one', (member) => setPassword(member.session.headers, NEW_PASSWORD)],
  ];
  it.each(endings)('is over after %s', async (_, end) => {
    const member = await join(product, practice);
    const { headers } = await asAdministrator(product, practice);
    const credential = await resetFor(member);
    expect((await end(member, headers)).status).toBeLessThan(300);
    expectProblem(await attempt(member, credential), 401, 'invalid_credentials');
  });
});
