import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextMail } from '../support/mail.js';
import { type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const credentials = () => ({
  practiceId: practice.practiceId,
  username: 'ada',
  password: PASSWORD,
  transport: 'bearer',
});
const signIn = (headers: Record<string, string>, body: string | object = credentials()) =>
  product.http
    .post('/api/v1/sessions')
    .set(headers)
    .send(typeof body === 'string' ? body : JSON.stringify(body));

describe('a forged forwarding header', () => {
  const FORGED = {
    'x-forwarded-for': '203.0.113.9',
    'x-real-ip': '203.0.113.9',
    'x-client-ip': '203.0.113.9',
    'true-client-ip': '203.0.113.9',
    'cf-connecting-ip': '203.0.113.9',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
    forwarded: 'for=203.0.113.9;host=evil.example;proto=https',
  };
  const json = { 'content-type': 'application/json' };

  it('is not believed: neither as the source of a sign-in nor as the own origin', async () => {
    const { body } = await signIn({ ...json, ...FORGED, host: 'evil.example' });
    const headers = { authorization: `Bearer ${body.token}` };
    const { body: list } = await product.http.get('/api/v1/sessions').set(headers).expect(200);
    expect(list.items[0].sourceAddress).toMatch(/^(?:::ffff:)?127\.0\.0\.1$|^::1$/);
    const trail = await product.http.get('/api/v1/audit-events').set(headers).expect(200);
    expect(trail.text).not.toContain('203.0.113.9');
    const foreign = signIn({ ...json, ...FORGED, origin: 'https://evil.example' });
    expectProblem(await foreign, 403, 'cross_origin');
  });

  it('leads no link of a mail astray', async () => {
    const { administrator, practiceId } = practice;
    const challenge = await product.http
      .post('/api/v1/password-resets/challenges')
      .set({ ...FORGED, host: 'evil.example' })
      .send({ practiceId, username: 'ada' });
    await product.http
      .post('/api/v1/password-resets')
      .set({ ...FORGED, host: 'evil.example' })
      .send({ ticket: challenge.body.ticket, answer: 'Elm Street 12' })
      .expect(202);
    const mail = await nextMail(product.mailbox, administrator.email, 'temporary-credential');
    expect(mail.text + mail.html).not.toContain('evil.example');
  });
});

describe('a Content-Type', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    'application/json ; charset=utf-8',
  ])('that says JSON in UTF-8 is read: %s', async (type) => {
    const { status } = await signIn({ 'content-type': type });
    expect(status).toBe(201);
  });

  it.each([
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-8; charset=utf-7',
    'application/json; boundary=x',
    'application/json;',
    'application/json, text/plain',
    'application/json\ta',
    'application/jsonx',
    'application/json/x',
    'application/vnd.api+json',
    'application/ld+json',
    'text/json',
    'text/plain; application/json',
    'multipart/form-data; boundary=application/json',
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; application/json',
    '*/*',
    'json',
    '"application/json"',
  ])('that is another is 415, and nothing is read (Fastify CVE-2026-3419): %s', async (type) =>
    expectProblem(await signIn({ 'content-type': type }), 415, 'unsupported_media_type'),
  );

  it('that is not kept is 400', async () => {
    for (const bytes of [
      Buffer.from(JSON.stringify(credentials()), 'utf16le'),
      Buffer.from('{"username":"\xe9"}', 'latin1'),
    ]) {
      const answer = await product.http
        .post('/api/v1/sessions')
        .set('content-type', 'application/json')
        .serialize((body) => body as never)
        .send(bytes as never);
      expectProblem(answer, 400, 'malformed_body');
    }
  });

  it('with an encoding of the content is not unpacked: nothing inflates here', async () => {
    for (const encoding of ['gzip', 'deflate', 'br']) {
      const answer = await signIn(
        { 'content-type': 'application/json', 'content-encoding': encoding },
        gzipSync('{"a":1}').toString('latin1'),
      );
      expectProblem(answer, 400, 'malformed_body');
    }
  });
});
