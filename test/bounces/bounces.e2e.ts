import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join as path } from 'node:path';
import { createTransport } from 'nodemailer';
import type { SMTPServer, SMTPServerEnvelope } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BounceListener } from '#bounces';
import { asAdministrator, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { resetIn } from '../support/recovery.js';
import { type Answer, openOutside } from './outside.js';

const TOKEN = 'a token for the mail service';
const RETURN_ADDRESS = /^b\+[0-9a-z]{52}\.[0-9a-z]{9}@returns\.example$/;

let product: Product;
let practice: OpenedPractice;
let outside: SMTPServer;
/** While there is one, mails wait for their answer. */
let gate: Promise<void> | null = null;
/** Delivery id → the address that its mail returns to. */
const returnTo = new Map<string, string>();

beforeAll(async () => {
  outside = await openOutside(take);
  const url = `smtp://127.0.0.1:${(outside.server.address() as AddressInfo).port}`;
  product = await startProduct({
    env: {
      SMTP_URL: url,
      LMTP_PORT: '0',
      BOUNCE_TOKEN: TOKEN,
      BOUNCE_ADDRESS: 'anybody@returns.example',
      RATE_LIMIT_FACTOR: '1000',
    },
  });
  practice = await openPractice(product);
});
afterAll(async () => {
  await product.stop();
  await new Promise<void>((resolve) => outside.close(resolve));
});

/** Notes where a mail returns to, and hands it to the mailbox. */
function take(raw: Buffer, { mailFrom, rcptTo }: SMTPServerEnvelope, done: Answer): void {
  const from = mailFrom ? mailFrom.address : '';
  returnTo.set(/^X-Latchkey-Delivery: (.*)$/m.exec(raw.toString())?.[1]?.trim() ?? '', from);
  void gate?.then(() => done(null, 'queued at last'));
  if (gate) return;
  createTransport(product.mailbox.url)
    .sendMail({ envelope: { from: 'x@y.test', to: rcptTo.map(({ address }) => address) }, raw })
    .then(() => done(null, 'queued'), done);
}

const headers = async () => (await asAdministrator(product, practice)).headers;
const report = (name: string, to: string) =>
  readFileSync(path(import.meta.dirname, 'reports', `${name}.eml`), 'utf8').replaceAll('{{to}}', to);
const post = (raw: string, token = TOKEN) =>
  product.http
    .post('/mail/bounces')
    .set({ authorization: `Bearer ${token}`, 'content-type': 'message/rfc822' })
    .send(raw);
const lmtp = (to: string | string[], raw: string) =>
  createTransport({
    host: '127.0.0.1',
    port: product.worker?.get(BounceListener).port ?? 0,
    lmtp: true,
  }).sendMail({ envelope: { from: '', to }, raw });
const view = async (address: string) =>
  (
    await product.http
      .get(address)
      .set(await headers())
      .expect(200)
  ).body;
const deliveryOf = (id: string) => view(`/api/v1/deliveries/${id}`);
const undeliverable = async ({ id }: Member) => (await view(`/api/v1/users/${id}`)).emailUndeliverable;
const auditedOf = async (id: string) =>
  (await view(`/api/v1/audit-events?targetId=${id}`)).items.map(({ action }: { action: string }) => action);

/** Somebody who was reset, with the delivery and where it returns to. */
async function resetSomebody(): Promise<{
  member: Member;
  resetId: string;
  deliveryId: string;
  address: string;
}> {
  const member = await join(product, practice);
  const { body } = await product.http
    .post(`/api/v1/users/${member.id}/password-reset`)
    .set(await headers())
    .expect(202);
  await resetIn(product, await headers(), member.id, 'sent');
  const deliveryId = body.deliveryIds[0];
  return { member, resetId: body.id, deliveryId, address: returnTo.get(deliveryId) ?? '' };
}

describe('a mail that came back for good', () => {
  it.each(['postfix', 'exchange', 'gmail'])('as %s says it, marks delivery, reset and user', async (name) => {
    const { member, resetId, deliveryId, address } = await resetSomebody();
    expect(address).toMatch(RETURN_ADDRESS);
    expect(await undeliverable(member)).toBe(false);
    await post(report(name, address)).expect(204);
    const delivery = await deliveryOf(deliveryId);
    expect(delivery.state).toBe('bounced');
    expect(delivery.attempts).toMatchObject([
      { outcome: 'accepted' },
      { outcome: 'bounced', reply: expect.stringMatching(/^550/) },
    ]);
    expect(await undeliverable(member)).toBe(true);
    const { timeline } = await view(`/api/v1/password-resets/${resetId}`);
    expect(timeline.at(-1)).toMatchObject({
      event: 'delivery.bounced',
      detail: expect.stringMatching(/^550/),
    });
    expect(await auditedOf(deliveryId)).toContain('delivery.bounced');
    expectProblem(
      await product.http.post(`/api/v1/deliveries/${deliveryId}/retry`).set(await headers()),
      409,
      'delivery_final',
    );
  });

  it('is told to the administrators', async () => {
    const { member, address } = await resetSomebody();
    await post(report('postfix', address)).expect(204);
    await product.advance(601);
    const told = () =>
      product.mailbox
        .messages({ to: practice.administrator.email, limit: 100 })
        .filter(({ headers }) => headers['x-latchkey-template'] === 'delivery-failed')
        .map(({ text }) => text)
        .join();
    await vi.waitFor(() => expect(told()).toContain(`Mara Quill ${member.username.slice(4)}`), {
      timeout: 5_000,
    });
  });

  it('is forgotten with another address, and when a later mail is accepted', async () => {
    const { member, address } = await resetSomebody();
    await post(report('postfix', address)).expect(204);
    await product.http
      .post(`/api/v1/users/${member.id}/password-reset`)
      .set(await headers())
      .expect(202);
    await vi.waitFor(async () => expect(await undeliverable(member)).toBe(false), { timeout: 5_000 });
    const second = await resetSomebody();
    await post(report('postfix', second.address)).expect(204);
    expect(await undeliverable(second.member)).toBe(true);
    await product.http
      .patch(`/api/v1/users/${second.member.id}`)
      .set(await headers())
      .send({ email: 'elsewhere@elm.example' })
      .expect(200);
    expect(await undeliverable(second.member)).toBe(false);
  });

  it('says nothing of an address that is no longer the user’s', async () => {
    const { member, address } = await resetSomebody();
    await product.database.query('update users set email = $1 where id = $2', ['new@elm.example', member.id]);
    await post(report('postfix', address)).expect(204);
    expect(await undeliverable(member)).toBe(false);
  });
});

describe('a mail that is late', () => {
  it('is noted once, and changes nothing else', async () => {
    const { member, deliveryId, address } = await resetSomebody();
    for (const _ of [1, 2, 3]) await post(report('postfix-delayed', address)).expect(204);
    const delivery = await deliveryOf(deliveryId);
    expect(delivery.state).toBe('accepted');
    expect(delivery.attempts.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'accepted',
      'delayed',
    ]);
    expect(await undeliverable(member)).toBe(false);
    expect(
      (await auditedOf(deliveryId)).filter((action: string) => action === 'delivery.delayed'),
    ).toHaveLength(1);
    await post(report('postfix', address)).expect(204);
    expect((await deliveryOf(deliveryId)).state).toBe('bounced');
  });
});

describe('a mail that was given up for a passing reason', () => {
  it('has failed like any other, and says nothing of the address', async () => {
    const { member, deliveryId, address } = await resetSomebody();
    const gaveUp = report('postfix', address)
      .replace(/^Status: .*$/m, 'Status: 4.4.7')
      .replace(/^Diagnostic-Code: .*$/m, 'Diagnostic-Code: x-unix; delivery time');
    await post(gaveUp).expect(204);
    expect((await deliveryOf(deliveryId)).state).toBe('bounced');
    expect(await undeliverable(member)).toBe(false);
    const noted = 'select mail from delivery_failures where delivery_id = $1';
    expect(await product.database.query(noted, [deliveryId])).toEqual([{ mail: 'temporary_password' }]);
  });
});

describe('a report that comes before the acceptance is written', () => {
  it('is not taken until then, by HTTP or by LMTP, so that its sender tries again', async () => {
    const member = await join(product, practice);
    const { promise, resolve: open } = Promise.withResolvers<void>();
    gate = promise;
    const asked = product.http.post(`/api/v1/users/${member.id}/password-reset`).set(await headers());
    const deliveryId = (await asked.expect(202)).body.deliveryIds[0];
    const address = await vi.waitFor(() => returnTo.get(deliveryId) ?? expect.fail('not sent'), 10_000);
    const early = await post(report('postfix', address));
    expectProblem(early, 503, 'overloaded');
    expect(early.headers['retry-after']).toBe('60');
    const byLmtp = await lmtp(address, report('postfix', address));
    expect(byLmtp).toMatchObject({ accepted: [], rejectedErrors: [{ responseCode: 451 }] });
    expect((await deliveryOf(deliveryId)).state).toBe('sending');
    gate = null;
    open();
    await resetIn(product, await headers(), member.id, 'sent');
    await post(report('postfix', address)).expect(204);
    expect((await deliveryOf(deliveryId)).state).toBe('bounced');
    expect(await undeliverable(member)).toBe(true);
  });
});

describe('a report that proves nothing', () => {
  it('changes nothing: forged, about another’s delivery, repeated, an answer of a person', async () => {
    const { deliveryId, address } = await resetSomebody();
    const [other, { deliveryId: spared }] = [await resetSomebody(), await resetSomebody()];
    const symbols = (id: string) => id.slice(28, 54);
    const changed = `${address.slice(0, 55)}${address[55] === '0' ? '1' : '0'}${address.slice(56)}`;
    const borrowed = address.replace(symbols(address), symbols(other.address));
    for (const forged of [
      changed,
      borrowed,
      `b+${deliveryId}@returns.example`,
      'no-reply@latchkey.example',
    ]) {
      await post(report('postfix', forged)).expect(204);
    }
    await post(report('vacation', address)).expect(204);
    for (const id of [deliveryId, other.deliveryId, spared])
      expect((await deliveryOf(id)).state).toBe('accepted');
    await post(report('postfix', address)).expect(204);
    const before = [await deliveryOf(deliveryId), await auditedOf(deliveryId)];
    await post(report('exchange', address)).expect(204);
    await post(report('postfix-delayed', address)).expect(204);
    expect([await deliveryOf(deliveryId), await auditedOf(deliveryId)]).toEqual(before);
  });
});

describe('the hook', () => {
  it('takes nothing without its token, nothing but a mail, and none that is too large', async () => {
    const raw = report('postfix', 'x@y.test');
    expectProblem(await post(raw, 'another token of that sort'), 401, 'unauthenticated');
    expectProblem(
      await product.http.post('/mail/bounces').type('message/rfc822').send(raw),
      401,
      'unauthenticated',
    );
    const json = product.http.post('/mail/bounces').set('authorization', `Bearer ${TOKEN}`).send({ raw });
    expectProblem(await json, 415, 'unsupported_media_type');
    expectProblem(await post('x'.repeat(1024 * 1024 + 1)), 413, 'payload_too_large');
  });

  it('is the only route that takes a mail, and is not there without a token', async () => {
    const signIn = product.http.post('/api/v1/sessions').type('message/rfc822').send('From: x@y.test');
    expectProblem(await signIn, 415, 'unsupported_media_type');
    const without = await product.openApi({ BOUNCE_TOKEN: '' });
    const { statusCode } = await without.inject({ method: 'POST', url: '/mail/bounces', payload: '' });
    expect(statusCode).toBe(404);
  });
});

describe('the listener', () => {
  it('takes reports by LMTP for addresses of ours, whatever their headers say', async () => {
    const { member, deliveryId, address } = await resetSomebody();
    await lmtp(address.toUpperCase(), report('postfix', 'somebody@else.example'));
    expect((await deliveryOf(deliveryId)).state).toBe('bounced');
    expect(await undeliverable(member)).toBe(true);
  });

  it('says so where a report is too large, or for too many at once', async () => {
    const { deliveryId, address } = await resetSomebody();
    const large = `${report('postfix', address)}\r\n${'x'.repeat(998).concat('\r\n').repeat(1_100)}`;
    expect((await lmtp(address, large)).rejectedErrors).toMatchObject([{ responseCode: 552 }]);
    expect((await deliveryOf(deliveryId)).state).toBe('accepted');
    const many = Array.from({ length: 21 }, (_, nth) => address.replace('@', `@${'x'.repeat(nth + 1)}.`));
    const { accepted, rejectedErrors } = await lmtp(many, report('postfix', address));
    expect(accepted).toHaveLength(20);
    expect(rejectedErrors).toMatchObject([{ responseCode: 452 }]);
  });

  it('takes nothing for any other address', async () => {
    const { address } = await resetSomebody();
    const forged = `${address.slice(0, 55)}${address[55] === '0' ? '1' : '0'}${address.slice(56)}`;
    for (const to of [forged, 'postmaster@returns.example'])
      await expect(lmtp(to, report('postfix', to))).rejects.toMatchObject({ responseCode: 550 });
  });
});
