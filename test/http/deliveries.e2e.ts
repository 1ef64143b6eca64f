import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ChoosyMailServer, openChoosyMailServer } from '../support/choosy-mail-server.js';
import { credentialIn, nextMail } from '../support/mail.js';
import { asAdministrator, join } from '../support/people.js';
import { type OpenedPractice, openPractice, signIn } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { resetIn } from '../support/recovery.js';

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let server: ChoosyMailServer;
let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  server = await openChoosyMailServer();
  product = await startProduct({ env: { SMTP_URL: server.url, RATE_LIMIT_FACTOR: '10' } });
  server.target = product.mailbox.url;
  practice = await openPractice(product);
});
afterAll(async () => {
  await product.stop();
  await server.stop();
});

const administrator = async () => (await asAdministrator(product, practice)).headers;
const get = async (id: string) => {
  const { body } = await product.http
    .get(`/api/v1/deliveries/${id}`)
    .set(await administrator())
    .expect(200);
  return body;
};
const retry = async (id: string) =>
  product.http.post(`/api/v1/deliveries/${id}/retry`).set(await administrator());
const reset = async (userId: string): Promise<string> => {
  const { body } = await product.http
    .post(`/api/v1/users/${userId}/password-reset`)
    .set(await administrator())
    .expect(202);
  return body.deliveryIds[0];
};
const stateOf = (id: string, state: string) =>
  vi.waitFor(
    async () => {
      const delivery = await get(id);
      if (delivery.state !== state) throw new Error(`The delivery is ${delivery.state}, not ${state}`);
      return delivery;
    },
    { timeout: 5_000, interval: 25 },
  );

describe('a delivery', () => {
  it('tells what became of the mail, with the server’s reply, and shows no address and no text', async () => {
    const member = await join(product, practice);
    const id = await reset(member.id);
    expect(id).toMatch(UUID7);
    const mail = await nextMail(product.mailbox, member.email, 'temporary-credential');
    expect(mail.headers['x-latchkey-delivery']).toBe(id);
    expect(await stateOf(id, 'accepted')).toEqual({
      id,
      template: 'temporary-credential',
      userId: member.id,
      state: 'accepted',
      attempts: [
        { at: expect.stringMatching(/Z$/), outcome: 'accepted', reply: expect.stringContaining('4711') },
      ],
      nextAttemptAt: null,
      createdAt: expect.stringMatching(/Z$/),
    });
    const { body } = await product.http
      .get('/api/v1/deliveries')
      .query({ userId: member.id, state: 'accepted', limit: 1 })
      .set(await administrator())
      .expect(200);
    expect(body.items).toEqual([await get(id)]);
    expect(body.nextCursor).toBeTypeOf('string');
    expectProblem(await product.http.get('/api/v1/deliveries').set(member.session.headers), 403, 'forbidden');
  });

  it('is repeated on demand: the same password, whose life is not extended', async () => {
    const member = await join(product, practice);
    const id = await reset(member.id);
    const mail = await nextMail(product.mailbox, member.email, 'temporary-credential');
    const { expiresAt } = await resetIn(product, await administrator(), member.id, 'sent');
    await product.advance(1_800);
    const again = await retry(id);
    expect(again.status).toBe(202);
    expect(again.body.id).toMatch(UUID7);
    const repeated = await nextMail(product.mailbox, member.email, 'temporary-credential', [mail]);
    expect(repeated.headers['x-latchkey-delivery']).toBe(again.body.id);
    expect(credentialIn(repeated)).toBe(credentialIn(mail));
    const reset2 = await resetIn(product, await administrator(), member.id, 'sent');
    expect(reset2.expiresAt).toBe(expiresAt);
    expect(reset2).toMatchObject({ deliveryIds: [id, again.body.id] });
  });

  it('is final once its temporary password is over', async () => {
    const member = await join(product, practice);
    const id = await reset(member.id);
    const mail = await nextMail(product.mailbox, member.email, 'temporary-credential');
    await stateOf(id, 'accepted');
    await signIn(product, practice.practiceId, member.username, credentialIn(mail));
    expectProblem(await retry(id), 409, 'delivery_final');
    const welcome = member.welcome.headers['x-latchkey-delivery'] ?? '';
    expectProblem(await retry(welcome), 409, 'delivery_final');
  });
});

describe('a mail that the server does not take', () => {
  it('fails at once for a permanent reply, with the reset, and the administrators are told', async () => {
    const member = await join(product, practice);
    server.refusals.set(member.email, '550 5.1.1 no such mailbox');
    const id = await reset(member.id);
    const delivery = await stateOf(id, 'failed');
    expect(delivery).toMatchObject({
      nextAttemptAt: null,
      attempts: [{ outcome: 'refused', reply: expect.stringContaining('no such mailbox') }],
    });
    await resetIn(product, await administrator(), member.id, 'failed');
    const notice = await nextMail(product.mailbox, practice.administrator.email, 'delivery-failed');
    expect(notice.text).toContain(member.username);
    expect(notice.text).toContain('no such mailbox');
    expectProblem(await retry(id), 409, 'delivery_final');
    const { body } = await product.http
      .get(`/api/v1/users/${member.id}`)
      .set(await administrator())
      .expect(200);
    expect(body.temporaryPassword).toBeNull();
  });

  it('is deferred for a temporary one, tried again later or on demand, and is the same mail then', async () => {
    const member = await join(product, practice);
    server.refusals.set(member.email, '451 4.3.0 try again later');
    const id = await reset(member.id);
    const deferred = await stateOf(id, 'deferred');
    expect(deferred.attempts).toMatchObject([{ outcome: 'deferred', reply: expect.stringContaining('451') }]);
    expect(Date.parse(deferred.nextAttemptAt)).toBeGreaterThan(Date.parse(deferred.attempts[0].at));
    server.refusals.delete(member.email);
    const again = await retry(id);
    expect([again.status, again.body.id]).toEqual([202, id]);
    const mail = await nextMail(product.mailbox, member.email, 'temporary-credential');
    expect(mail.headers['message-id']).toContain(id);
    expect((await stateOf(id, 'accepted')).attempts).toHaveLength(2);
    await signIn(product, practice.practiceId, member.username, credentialIn(mail));
  });

  it('is given up 24 hours after a reset was asked for, and the administrators are told', async () => {
    const member = await join(product, practice);
    server.refusals.set(member.email, '451 4.3.0 try again later');
    const id = await reset(member.id);
    await stateOf(id, 'deferred');
    const told = product.mailbox.messages({ to: practice.administrator.email, limit: 100 });
    await product.advance(86_401);
    await stateOf(id, 'failed');
    await resetIn(product, await administrator(), member.id, 'failed');
    await nextMail(product.mailbox, practice.administrator.email, 'delivery-failed', told);
  });

  it('is given up 72 hours after a welcome was asked for, and not before; then the administrators are told', async () => {
    const uma = { username: 'uma', displayName: 'Uma Wren', email: 'uma@elm.example', roles: ['staff'] };
    server.refusals.set(uma.email, '451 4.3.0 try again later');
    await product.http
      .post('/api/v1/users')
      .set(await administrator())
      .send(uma)
      .expect(201);
    const [found] = await product.database.query<{ id: string }>(
      'select id from deliveries where recipient = $1',
      [uma.email],
    );
    const id = found?.id ?? '';
    await stateOf(id, 'deferred');
    const before = (await get(id)).attempts.length;
    await product.advance(72 * 3_600 - 600);
    await vi.waitFor(async () => expect((await get(id)).attempts.length).toBeGreaterThan(before), 10_000);
    const told = product.mailbox.messages({ to: practice.administrator.email, limit: 100 });
    expect((await stateOf(id, 'deferred')).nextAttemptAt).not.toBeNull();
    await product.advance(601);
    await stateOf(id, 'failed');
    const notice = await nextMail(product.mailbox, practice.administrator.email, 'delivery-failed', told);
    expect(notice.text).toContain('Uma Wren');
  });

  it('counts the life of its password from the attempt that succeeds', async () => {
    const member = await join(product, practice);
    server.refusals.set(member.email, '451 4.3.0 try again later');
    const id = await reset(member.id);
    await stateOf(id, 'deferred');
    await product.advance(20 * 3_600);
    server.refusals.delete(member.email);
    const mail = await nextMail(product.mailbox, member.email, 'temporary-credential');
    await stateOf(id, 'accepted');
    await product.advance(23 * 3_600);
    await signIn(product, practice.practiceId, member.username, credentialIn(mail));
  });
});
