import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialIn, nextMail } from '../support/mail.js';
import { asAdministrator, invite, join, type Member, setOwnPassword } from '../support/people.js';
import { ANSWER, NEW_PASSWORD, type OpenedPractice, openPractice, signIn } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, challenge, resetIn, resetsOf } from '../support/recovery.js';
import { hasRedisServer, startRedis, type TestRedis } from '../support/redis.js';

const OWN = 'seven lanterns by the harbour';
const backends = [
  { backend: 'PostgreSQL', runs: true },
  { backend: 'Redis', runs: hasRedisServer() },
];

describe.each(backends)('password reset, queue on $backend', ({ backend, runs }) => {
  let redis: TestRedis | undefined;
  let product: Product;
  let practice: OpenedPractice;

  beforeAll(async () => {
    if (!runs) return;
    redis = backend === 'Redis' ? await startRedis() : undefined;
    product = await startProduct({ env: redis ? { REDIS_URL: redis.url } : {} });
    practice = await openPractice(product);
  });
  afterAll(async () => {
    await product?.stop();
    await redis?.stop();
  });

  const administrator = async () => (await asAdministrator(product, practice)).headers;
  const attempt = (username: string, password: string) =>
    product.http.post('/api/v1/sessions').send({ practiceId: practice.practiceId, username, password });
  const current = (member: Member) =>
    product.http.get('/api/v1/sessions/current').set(member.session.headers);
  const answerRightly = ({ username }: Member) =>
    answerQuestion(product, { practiceId: practice.practiceId, username });
  const resetBy = async ({ id }: { id: string }, body?: object) =>
    product.http
      .post(`/api/v1/users/${id}/password-reset`)
      .set(await administrator())
      .send(body);
  const mailsTo = ({ email }: Member) =>
    product.mailbox
      .messages({ to: email, limit: 100 })
      .filter(({ headers }) => headers['x-latchkey-template'] === 'temporary-credential');
  const nextCredential = async (member: Member, already = mailsTo(member)) =>
    nextMail(product.mailbox, member.email, 'temporary-credential', already);

  describe.skipIf(!runs)('by oneself', () => {
    it('leads from the question by mail to an own password, and the log tells it step by step', async () => {
      const member = await join(product, practice);
      const { question, expiresAt } = await challenge(product, practice.practiceId, member.username);
      expect(question.id).toBe('first-teacher');
      expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(600_000);
      const { body } = await answerRightly(member);
      expect(Object.keys(body).sort()).toEqual(['mail', 'message']);
      const mail = await nextCredential(member, []);
      const credential = credentialIn(mail);
      await current(member).expect(200);
      await attempt(member.username, NEW_PASSWORD).expect(201);
      await resetIn(product, await administrator(), member.id, 'sent');

      const restricted = await signIn(product, practice.practiceId, member.username, credential);
      expect(restricted.body).toMatchObject({ passwordChangeRequired: true, permissions: [], rules: [] });
      expectProblem(
        await product.http.get('/api/v1/practice').set(restricted.headers),
        403,
        'password_change_required',
      );
      expectProblem(await attempt(member.username, credential), 401, 'invalid_credentials');
      await product.http
        .put('/api/v1/me/password')
        .set(restricted.headers)
        .send({ currentPassword: credential, newPassword: OWN })
        .expect(204);
      expectProblem(await current(member), 401, 'unauthenticated');
      expectProblem(
        await product.http.get('/api/v1/sessions/current').set(restricted.headers),
        401,
        'unauthenticated',
      );
      expectProblem(await attempt(member.username, NEW_PASSWORD), 401, 'invalid_credentials');
      await attempt(member.username, OWN).expect(201);
      const notices = product.mailbox.messages({ to: member.email, limit: 100 });
      await nextMail(product.mailbox, member.email, 'password-changed', notices.slice(-2));

      const reset = await resetIn(product, await administrator(), member.id, 'completed');
      expect(reset).toMatchObject({
        userId: member.id,
        username: member.username,
        channel: 'self_service',
        deliveryIds: [mail.headers['x-latchkey-delivery']],
      });
      expect(reset.timeline.map(({ event }) => event)).toEqual([
        'password-reset.requested',
        'delivery.accepted',
        'password-reset.sent',
        'password-reset.used',
        'password-reset.completed',
      ]);
    });

    it('sends nothing for a second right answer within 5 minutes, and then the same password again', async () => {
      const member = await join(product, practice);
      const first = await answerRightly(member);
      const mail = await nextCredential(member, []);
      const { expiresAt } = await resetIn(product, await administrator(), member.id, 'sent');
      const again = await answerRightly(member);
      expect([again.status, again.body.message]).toEqual([202, first.body.message]);
      const headers = await administrator();
      expect((await resetsOf(product, headers, member.id))[0]?.deliveryIds).toHaveLength(1);

      await product.advance(301);
      expect((await answerRightly(member)).status).toBe(202);
      const repeated = await nextCredential(member, [mail]);
      expect(credentialIn(repeated)).toBe(credentialIn(mail));
      expect(repeated.headers['message-id']).not.toBe(mail.headers['message-id']);
      const resets = await resetsOf(product, headers, member.id);
      expect(resets).toHaveLength(1);
      expect(resets[0]?.deliveryIds).toHaveLength(2);
      expect(resets[0]?.expiresAt).toBe(expiresAt);
      await setOwnPassword(product, practice, member, credentialIn(mail));
    });

    it('sends one mail when right answers arrive at the same time', async () => {
      const member = await join(product, practice);
      const tickets: string[] = [];
      for (let asked = 0; asked < 4; asked += 1) {
        tickets.push((await challenge(product, practice.practiceId, member.username)).ticket);
      }
      const send = (ticket: string) =>
        product.http.post('/api/v1/password-resets').send({ ticket, answer: ANSWER });
      const answers = await Promise.all(tickets.map(send));
      expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
      await nextCredential(member, []);
      const [reset, ...others] = await resetsOf(product, await administrator(), member.id);
      expect(others).toEqual([]);
      expect(reset?.deliveryIds).toHaveLength(1);
    });

    it('ends as expired when the password is not used within the hour, and one may ask anew', async () => {
      const member = await join(product, practice);
      await answerRightly(member);
      const mail = await nextCredential(member, []);
      await resetIn(product, await administrator(), member.id, 'sent');
      await product.advance(3_601);
      expectProblem(await attempt(member.username, credentialIn(mail)), 401, 'invalid_credentials');
      await resetIn(product, await administrator(), member.id, 'expired');
      await answerRightly(member);
      const fresh = credentialIn(await nextCredential(member, [mail]));
      expect(fresh).not.toBe(credentialIn(mail));
      await setOwnPassword(product, practice, member, fresh);
    });

    it('ends as expired when the restricted session is abandoned for 15 minutes', async () => {
      const member = await join(product, practice);
      await answerRightly(member);
      const credential = credentialIn(await nextCredential(member, []));
      const restricted = await signIn(product, practice.practiceId, member.username, credential);
      await product.advance(901);
      expectProblem(
        await product.http
          .put('/api/v1/me/password')
          .set(restricted.headers)
          .send({ currentPassword: credential, newPassword: OWN }),
        401,
        'unauthenticated',
      );
      await resetIn(product, await administrator(), member.id, 'expired');
      await attempt(member.username, NEW_PASSWORD).expect(201);
    });
  });

  describe.skipIf(!runs)('by an administrator', () => {
    it('leaves the old password and the sessions alone until the new password is set', async () => {
      const member = await join(product, practice);
      const response = await resetBy(member);
      expect(response.status).toBe(202);
      expect(response.headers['location']).toBe(`/api/v1/password-resets/${response.body.id}`);
      expect(response.body).toMatchObject({
        channel: 'administrator',
        state: 'requested',
        userId: member.id,
        requestedBy: { type: 'user', id: practice.administrator.userId },
      });
      const mail = await nextCredential(member, []);
      const credential = credentialIn(mail);
      expect(response.text).not.toContain(credential);
      expect(JSON.stringify(mail)).not.toContain(practice.practiceId);
      await current(member).expect(200);
      await attempt(member.username, NEW_PASSWORD).expect(201);
      await resetIn(product, await administrator(), member.id, 'sent');
      await setOwnPassword(product, practice, member, credential, OWN);
      expectProblem(await current(member), 401, 'unauthenticated');
      expectProblem(await attempt(member.username, NEW_PASSWORD), 401, 'invalid_credentials');
      await resetIn(product, await administrator(), member.id, 'completed');
    });

    it('ends the sessions and disables the old password at once with lockNow', async () => {
      const member = await join(product, practice);
      expect((await resetBy(member, { lockNow: true })).status).toBe(202);
      expectProblem(await current(member), 401, 'unauthenticated');
      expectProblem(await attempt(member.username, NEW_PASSWORD), 401, 'invalid_credentials');
      await setOwnPassword(product, practice, member, credentialIn(await nextCredential(member, [])), OWN);
      await attempt(member.username, OWN).expect(201);
    });

    it('supersedes a live temporary password with the next one', async () => {
      const member = await join(product, practice);
      const { body: first } = await resetBy(member);
      const mail = await nextCredential(member, []);
      await resetIn(product, await administrator(), member.id, 'sent');
      expect((await resetBy(member)).status).toBe(202);
      const later = await nextCredential(member, [mail]);
      expect(credentialIn(later)).not.toBe(credentialIn(mail));
      expectProblem(await attempt(member.username, credentialIn(mail)), 401, 'invalid_credentials');
      const resets = await resetsOf(product, await administrator(), member.id);
      expect(resets.find(({ id }) => id === first.id)?.state).toBe('superseded');
      await setOwnPassword(product, practice, member, credentialIn(later));
    });

    it('is refused for oneself and for deactivated users', async () => {
      expectProblem(await resetBy({ id: practice.administrator.userId }), 409, 'own_account');
      const member = await invite(product, practice);
      await product.http
        .patch(`/api/v1/users/${member.id}`)
        .set(await administrator())
        .send({ status: 'deactivated' })
        .expect(200);
      expectProblem(await resetBy(member), 409, 'user_deactivated');
    });

    it('sends a mailbox three temporary passwords an hour and six a day, then 429', async () => {
      const member = await join(product, practice);
      await product.advance(86_401);
      const sendThree = async () => {
        for (const already of [mailsTo(member), null, null]) {
          const before = already ?? mailsTo(member);
          expect((await resetBy(member)).status).toBe(202);
          await nextCredential(member, before);
        }
        const refused = await resetBy(member);
        expectProblem(refused, 429, 'too_many_attempts');
        return Number(refused.headers['retry-after']);
      };
      const hour = await sendThree();
      expect(hour).toBeGreaterThan(3_500);
      expect(hour).toBeLessThanOrEqual(3_600);
      await product.advance(hour + 1);
      expect(await sendThree()).toBeGreaterThan(3_600 * 20);
    });
  });
});
