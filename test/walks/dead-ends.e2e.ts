import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatPracticeId, practiceIdFromRandom, SECURITY_QUESTION_IDS } from '../../libs/contract/index.js';
import { credentialIn, mailsTo, nextMail } from '../support/mail.js';
import { asAdministrator, invite, join, setOwnPassword } from '../support/people.js';
import { ANSWER, NEW_PASSWORD, type OpenedPractice, openPractice, signIn } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, challenge, mailRuns, resetsOf } from '../support/recovery.js';

const NOBODYS = formatPracticeId(practiceIdFromRandom(Uint8Array.from([9, 8, 7, 6, 5, 4, 3, 2, 1])));
const WRONG = 'Some Other Street 7';

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  await mailRuns(product);
});
afterAll(() => product.stop());

const administrator = async () => (await asAdministrator(product, practice)).headers;
const answer = (username: string, answer = ANSWER, deviceToken?: string) =>
  answerQuestion(product, {
    practiceId: practice.practiceId,
    username,
    answer,
    ...(deviceToken && { deviceToken }),
  });
const credentialsMailed = ({ email }: { email: string }) =>
  product.mailbox
    .messages({ to: email, limit: 100 })
    .filter(({ headers }) => headers['x-latchkey-template'] === 'temporary-credential').length;
const statesOf = async ({ id }: { id: string }) =>
  (await resetsOf(product, await administrator(), id)).map(({ state }) => state);
const change = async ({ id }: { id: string }, body: object) =>
  product.http
    .patch(`/api/v1/users/${id}`)
    .set(await administrator())
    .send(body)
    .expect(200);

describe('an answer that sends nothing', () => {
  it('looks like the right one, whether wrong, unknown, invited, deactivated or in no practice', async () => {
    const [member, invited, gone] = [
      await join(product, practice),
      await invite(product, practice),
      await join(product, practice),
    ];
    await change(gone, { status: 'deactivated' });
    await mailRuns(product);
    const answers = [
      await answer(member.username),
      await answer(member.username, WRONG),
      await answer('nobody.here'),
      await answer('Not A Username!'),
      await answer(invited.username),
      await answer(gone.username),
      await answerQuestion(product, { practiceId: NOBODYS, username: member.username }),
    ];
    const [right] = answers;
    expect(right?.body).toEqual({
      message: expect.stringMatching(/administrator of your practice, or customer service/),
      mail: { state: 'normal', typicalSeconds: expect.any(Number) },
    });
    for (const { status, text } of answers)
      expect({ status, text }).toEqual({ status: 202, text: right?.text });
    await nextMail(product.mailbox, member.email, 'temporary-credential');
    expect([credentialsMailed(member), credentialsMailed(invited), credentialsMailed(gone)]).toEqual([
      1, 0, 0,
    ]);
    expect(await statesOf(invited)).toEqual(['refused']);
    expect(await statesOf(gone)).toEqual(['refused']);
  });

  it('is asked with a question that stays the same for a name, in a ticket of one length', async () => {
    const names = ['nobody', 'n', 'somebody.with-a-very-long-name_in-the-practice', 'mara999', 'x1', 'x2'];
    const questions = new Set<string>();
    for (const practiceId of [practice.practiceId, NOBODYS]) {
      for (const name of names) {
        const first = await challenge(product, practiceId, name);
        const again = await challenge(product, practiceId.toLowerCase(), name.toUpperCase());
        expect(again.question).toEqual(first.question);
        expect(Object.keys(first).sort()).toEqual(['expiresAt', 'question', 'ticket']);
        expect(first.ticket).toHaveLength(again.ticket.length);
        questions.add(first.question.id);
      }
    }
    expect(SECURITY_QUESTION_IDS).toEqual(expect.arrayContaining([...questions]));
    expect(questions.size).toBeGreaterThan(1);
    const { ticket } = await challenge(product, practice.practiceId, 'ada');
    expect(ticket).toHaveLength((await challenge(product, NOBODYS, 'n')).ticket.length);
  });

  it('changes nothing by asking: no reset, no mail, no end of a session', async () => {
    const member = await join(product, practice);
    // The notice of their new password is on its way still, and leaves an event.
    expect(await mailsTo(product, member.email, 'password-changed')).toHaveLength(1);
    const before = await product.database.query<{ n: string }>('select count(*) as n from audit_events');
    await challenge(product, practice.practiceId, member.username);
    expect(await product.database.query('select count(*) as n from audit_events')).toEqual(before);
    expect(await statesOf(member)).toEqual([]);
    await product.http.get('/api/v1/sessions/current').set(member.session.headers).expect(200);
  });
});

describe('guessing at the question', () => {
  it('is looked at five times in 24 hours: the sixth answer sends nothing even when right', async () => {
    const member = await join(product, practice);
    for (let guess = 1; guess <= 5; guess += 1) {
      expect((await answer(member.username, `${WRONG}${guess}`)).status).toBe(202);
    }
    expect((await answer(member.username)).status).toBe(202);
    const states = await statesOf(member);
    expect(new Set(states)).toEqual(new Set(['refused']));
    expect(states.length).toBeGreaterThanOrEqual(5);

    await answer(member.username, ANSWER, member.session.deviceToken);
    const mail = await nextMail(product.mailbox, member.email, 'temporary-credential');
    await setOwnPassword(product, practice, member, credentialIn(mail));

    await product.advance(86_401);
    await answer(member.username);
    await nextMail(product.mailbox, member.email, 'temporary-credential', [mail]);
    expect(credentialsMailed(member)).toBe(2);
  });

  it('counts a device that somebody else signed in with as a stranger', async () => {
    const member = await join(product, practice);
    const foreign = (await asAdministrator(product, practice)).deviceToken;
    for (let guess = 1; guess <= 5; guess += 1) await answer(member.username, WRONG, foreign);
    await answer(member.username, ANSWER, foreign);
    await answer(member.username);
    expect(new Set(await statesOf(member))).toEqual(new Set(['refused']));
  });

  it('forgives case, spacing and punctuation of the right answer', async () => {
    const member = await join(product, practice);
    await answer(member.username, '  elm  STREET, 12. ');
    await nextMail(product.mailbox, member.email, 'temporary-credential');
  });
});

describe('a ticket', () => {
  it('takes one answer, from anybody, and is refused afterwards', async () => {
    const member = await join(product, practice);
    for (const username of [member.username, 'nobody.at.all']) {
      const { ticket } = await challenge(product, practice.practiceId, username);
      const send = (answer: string) => product.http.post('/api/v1/password-resets').send({ ticket, answer });
      expect((await send(WRONG)).status).toBe(202);
      expectProblem(await send(ANSWER), 422, 'ticket_invalid');
    }
    expect(await statesOf(member)).toEqual(['refused']);
  });

  it('runs out after ten minutes, and a forged or damaged one never worked', async () => {
    const { ticket } = await challenge(product, practice.practiceId, 'ada');
    const send = (typed: string) =>
      product.http.post('/api/v1/password-resets').send({ ticket: typed, answer: ANSWER });
    const flipped = ticket.slice(0, 20) + (ticket[20] === 'A' ? 'B' : 'A') + ticket.slice(21);
    for (const forged of ['x', flipped, ticket.slice(0, -4), `${ticket}AAAA`]) {
      expectProblem(await send(forged), 422, 'ticket_invalid');
    }
    await product.advance(601);
    expectProblem(await send(ticket), 422, 'ticket_invalid');
  });
});

describe('the security question switched off by the practice', () => {
  it('asks everybody a decoy and sends for any answer, but not to the deactivated', async () => {
    const own = await openPractice(product);
    const headers = own.administrator.headers;
    await product.http
      .patch('/api/v1/practice')
      .set(headers)
      .send({ policy: { securityQuestion: 'off' } })
      .expect(200);
    const member = await join(product, own);
    const gone = await join(product, own);
    await product.http
      .patch(`/api/v1/users/${gone.id}`)
      .set(headers)
      .send({ status: 'deactivated' })
      .expect(200);
    const asked = await challenge(product, own.practiceId, member.username);
    expect(await challenge(product, own.practiceId, member.username)).toMatchObject({
      question: asked.question,
    });
    for (const { username } of [member, gone]) {
      const response = await answerQuestion(product, {
        practiceId: own.practiceId,
        username,
        answer: WRONG,
      });
      expect(response.status).toBe(202);
    }
    const mail = await nextMail(product.mailbox, member.email, 'temporary-credential');
    await signIn(product, own.practiceId, member.username, credentialIn(mail));
    expect(credentialsMailed(gone)).toBe(0);
  });
});

describe('the way on', () => {
  it('stands in the refusal of a sign-in', async () => {
    const response = await product.http
      .post('/api/v1/sessions')
      .send({ practiceId: practice.practiceId, username: 'ada', password: 'not it' });
    expectProblem(response, 401, 'invalid_credentials');
    expect(response.body.detail).toMatch(/Reset password.+administrator of your practice/);
  });

  it('stands in every mail: the administrators, then customer service', async () => {
    const member = await join(product, practice);
    const headers = await administrator();
    await product.http
      .put('/api/v1/me/security-question')
      .set(member.session.headers)
      .send({ currentPassword: NEW_PASSWORD, questionId: 'first-concert', answer: 'Some Band' })
      .expect(204);
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
    await nextMail(product.mailbox, member.email, 'temporary-credential');
    await change(member, { roles: ['administrator'] });
    await change(member, { email: `new-${member.email}` });
    const to = (template: string, address = member.email) => nextMail(product.mailbox, address, template);
    await Promise.all([
      to('member-welcome'),
      to('password-changed'),
      to('security-question-changed'),
      to('administrator-changed'),
      to('email-changed'),
      to('email-changed', `new-${member.email}`),
    ]);
    for (const mail of product.mailbox.messages({ limit: 500 })) {
      const template = mail.headers['x-latchkey-template'] ?? '';
      expect(mail.headers['auto-submitted']).toBe('auto-generated');
      expect(mail.text).toContain('help@latchkey.example');
      expect(mail.html).toContain('help@latchkey.example');
      if (mail.to.startsWith('mara')) {
        expect(mail.text).toContain('Ada Lindqvist');
        expect(mail.text.indexOf('Ada Lindqvist')).toBeLessThan(mail.text.indexOf('help@latchkey.example'));
        expect(mail.html).toContain('Ada Lindqvist');
      }
      if (template === 'practice-welcome') continue;
      const squeezed = JSON.stringify(mail).toUpperCase().replaceAll(/[-\s]/g, '');
      expect(squeezed).not.toContain(practice.practiceId.replace('-', ''));
    }
  });
});
