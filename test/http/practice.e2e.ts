import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Upkeep } from '../../apps/worker/upkeep.js';
import { lineAfter, nextMail } from '../support/mail.js';
import { asAdministrator, invite, join } from '../support/people.js';
import {
  ANSWER,
  NEW_PASSWORD,
  type OpenedPractice,
  openPractice,
  PASSWORD,
  signIn,
} from '../support/practice.js';
import { expectFault, expectProblem, rejectedFor } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

const DAY = 86_400;

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const opening = (email: string, change: object = {}) => ({
  name: 'Birch Dental',
  administrator: { username: 'ben', displayName: 'Ben Okafor', email, password: PASSWORD, ...change },
});
const open = (body: object) => product.http.post('/api/v1/practices').send(body);
const welcomes = (to: string) => product.mailbox.messages({ to, limit: 50 });
const administrator = async () => (await asAdministrator(product, practice)).headers;

describe('opening a practice', () => {
  it('answers the same for an address that has just opened one, and mails nothing then', async () => {
    const email = 'ben@birch.example';
    const first = await open(opening(email));
    expect([first.status, Object.keys(first.body)]).toEqual([202, ['message']]);
    const mail = await nextMail(product.mailbox, email, 'practice-welcome');
    const again = await open(opening(email.toUpperCase().replace('BIRCH.EXAMPLE', 'birch.example')));
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect(welcomes(email)).toHaveLength(1);

    await product.advance(DAY + 1);
    expect((await open(opening(email))).body).toEqual(first.body);
    const repeated = await nextMail(product.mailbox, email, 'practice-welcome', [mail]);
    expect(lineAfter(repeated, 'Practice ID:')).toBe(lineAfter(mail, 'Practice ID:'));
    const { body } = await signIn(product, lineAfter(mail, 'Practice ID:'), 'ben', PASSWORD);
    expect(body).toMatchObject({ practice: { name: 'Birch Dental' } });
  });

  it.each([
    ['and removed by a worker', true],
    ['and not yet removed by a worker', false],
  ])(
    'that nobody confirms within 7 days is gone (%s), and the address may open one anew',
    async (_, removed) => {
      const email = `late-${removed}@birch.example`;
      await open(opening(email)).expect(202);
      const mail = await nextMail(product.mailbox, email, 'practice-welcome');
      const practiceId = lineAfter(mail, 'Practice ID:');
      await product.advance(7 * DAY + 1);
      if (removed) await product.worker?.get(Upkeep).run();
      const attempt = product.http.post('/api/v1/sessions');
      expectProblem(
        await attempt.send({ practiceId, username: 'ben', password: PASSWORD }),
        401,
        'invalid_credentials',
      );
      await open(opening(email)).expect(202);
      const fresh = await nextMail(product.mailbox, email, 'practice-welcome', [mail]);
      await signIn(product, lineAfter(fresh, 'Practice ID:'), 'ben', PASSWORD);
    },
  );

  it.each([
    ['too_short', 'fourteen chars'],
    ['too_long', 'many words of no particular meaning '.repeat(4)],
    ['common', 'passwordpassword'],
    ['common', '1111111111111111'],
    ['contains_context', 'my birch dental secret'],
    ['contains_context', 'okafor is the very best'],
    ['contains_context', 'latchkey for everybody'],
  ])('refuses a password that is %s', async (reason, password) => {
    const email = 'weak@birch.example';
    const response = await open(opening(email, { password }));
    expect(rejectedFor(response, '/administrator/password')).toContain(reason);
    expect(response.text).not.toContain(password);
  });

  it('takes 15 code points and 128, counted after NFKC', async () => {
    for (const [n, password] of ['🔑'.repeat(7) + 'abcdefgh', 'x1y2z3w4'.repeat(16)].entries()) {
      await open(opening(`length${n}@birch.example`, { password })).expect(202);
    }
    const response = await open(opening('weak@birch.example', { password: '🔑🗝'.repeat(7) }));
    expect(rejectedFor(response, '/administrator/password')).toEqual(['too_short']);
  });

  it('takes a security question with its answer or not at all', async () => {
    const half = { securityQuestionId: 'first-street' };
    const email = 'half@birch.example';
    expectFault(await open(opening(email, half)), '/administrator/securityAnswer');
    expectFault(
      await open(opening(email, { ...half, securityAnswer: 'x' })),
      '/administrator/securityAnswer',
      'weak_answer',
    );
    expectFault(await open({ ...opening(email), timeZone: 'Mars/Base' }), '/timeZone');
    const { body } = await product.http.get('/api/v1/security-questions').expect(200);
    expect(body.items.length).toBeGreaterThan(3);
    expect(Object.keys(body.items[0]).sort()).toEqual(['id', 'text']);
  });
});

describe('the practice', () => {
  it('shows its policy with the promised defaults, its administrators and advice', async () => {
    const { body } = await product.http
      .get('/api/v1/practice')
      .set(await administrator())
      .expect(200);
    expect(body).toMatchObject({
      practiceId: practice.practiceId,
      timeZone: 'Europe/Madrid',
      locale: 'en',
      administrators: [{ displayName: 'Ada Lindqvist' }],
      policy: {
        sessionIdleMinutes: 15,
        sessionAbsoluteHours: 12,
        selfServiceCredentialMinutes: 60,
        issuedCredentialHours: 24,
        securityQuestion: 'on',
        reauthenticateMinutes: 0,
      },
    });
    const advice = body.advice as { code: string; title: string; detail: string }[];
    expect(advice.map(({ code }) => code)).toEqual(['single_administrator', 'few_users']);
  });

  it('gives no advice once there are two administrators and three users', async () => {
    const own = await openPractice(product);
    await join(product, own, ['administrator']);
    await invite(product, own);
    const { headers } = await asAdministrator(product, own);
    const { body } = await product.http.get('/api/v1/practice').set(headers).expect(200);
    expect(body.advice).toEqual([]);
  });

  it('is changed in part, honours If-Match, and refuses a policy out of bounds', async () => {
    const headers = await administrator();
    const patch = (body: object) => product.http.patch('/api/v1/practice').set(headers).send(body);
    const first = await patch({ name: 'Elm House', policy: { issuedCredentialHours: 2 } });
    expect(first.body).toMatchObject({
      name: 'Elm House',
      policy: { issuedCredentialHours: 2, sessionIdleMinutes: 15 },
    });
    const etag = first.headers['etag'] ?? '';
    expect((await patch({ locale: 'es' }).set('if-match', etag)).status).toBe(200);
    expectProblem(await patch({ locale: 'en' }).set('if-match', etag), 412, 'stale');
    for (const [field, value] of [
      ['selfServiceCredentialMinutes', 9],
      ['selfServiceCredentialMinutes', 61],
      ['issuedCredentialHours', 0],
      ['issuedCredentialHours', 25],
      ['reauthenticateMinutes', 61],
      ['reauthenticateMinutes', 1.5],
      ['securityQuestion', true],
    ] as const) {
      expectFault(await patch({ policy: { [field]: value } }), `/policy/${field}`);
    }
    const staff = await join(product, practice);
    const denied = product.http.patch('/api/v1/practice').set(staff.session.headers).send({ name: 'Mine' });
    expectProblem(await denied, 403, 'forbidden');
  });

  it('takes two changes at once, one after the other', async () => {
    const headers = await administrator();
    const changes = [{ locale: 'es' }, { timeZone: 'Europe/Lisbon' }, { policy: { sessionIdleMinutes: 20 } }];
    const answers = await Promise.all(
      changes.map((body) => product.http.patch('/api/v1/practice').set(headers).send(body)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { body } = await product.http.get('/api/v1/practice').set(headers).expect(200);
    expect(body).toMatchObject({ ...changes[0], ...changes[1], ...changes[2] });
  });
});

describe('one’s own password and question', () => {
  const put = (headers: { authorization: string }, body: object) =>
    product.http.put('/api/v1/me/password').set(headers).send(body);

  it('need the current password, and a new one ends every other session but not this', async () => {
    const member = await join(product, practice);
    const here = await signIn(product, practice.practiceId, member.username, NEW_PASSWORD);
    const newPassword = 'seven lanterns by the harbour';
    const wrong = await put(here.headers, { currentPassword: PASSWORD, newPassword });
    expectProblem(wrong, 401, 'invalid_credentials');
    await put(here.headers, { currentPassword: NEW_PASSWORD, newPassword }).expect(204);
    await product.http.get('/api/v1/sessions/current').set(here.headers).expect(200);
    const other = product.http.get('/api/v1/sessions/current').set(member.session.headers);
    expectProblem(await other, 401, 'unauthenticated');
    const question = (currentPassword: string, answer = ANSWER) =>
      product.http
        .put('/api/v1/me/security-question')
        .set(here.headers)
        .send({ currentPassword, questionId: 'first-concert', answer });
    expectProblem(await question(NEW_PASSWORD), 401, 'invalid_credentials');
    expectFault(await question(newPassword, '  none '), '/answer', 'weak_answer');
    await question(newPassword).expect(204);
    await nextMail(product.mailbox, member.email, 'security-question-changed');
  });

  it('refuses the temporary password, however it is written, and what breaks a rule', async () => {
    const { username, credential } = await invite(product, practice);
    const { headers } = await signIn(product, practice.practiceId, username, credential.toLowerCase());
    const change = (newPassword: string) => put(headers, { currentPassword: credential, newPassword });
    for (const same of [credential, credential.replaceAll('-', ''), credential.toLowerCase()]) {
      expect(rejectedFor(await change(same), '/newPassword')).toEqual(['same_as_temporary']);
    }
    expect(rejectedFor(await change('quill'), '/newPassword').toSorted()).toEqual([
      'contains_context',
      'too_short',
    ]);
    await change(NEW_PASSWORD).expect(204);
  });
});
