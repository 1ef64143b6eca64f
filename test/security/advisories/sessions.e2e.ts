import type { Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow } from '../../support/events.js';
import { asAdministrator, join, type Member } from '../../support/people.js';
import { ANSWER, NEW_PASSWORD, type OpenedPractice, openPractice } from '../../support/practice.js';
import { expectFault, expectProblem } from '../../support/problems.js';
import { ORIGIN, type Product, startProduct } from '../../support/product.js';
import { answerQuestion, challenge } from '../../support/recovery.js';

const MINUTE = 60;

let product: Product;
let practice: OpenedPractice;
let member: Member;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  member = await join(product, practice);
});
afterAll(() => product.stop());

const signIn = (headers: Record<string, string> = {}, username = member.username) =>
  product.http
    .post('/api/v1/sessions')
    .set(headers)
    .send({ practiceId: practice.practiceId, username, password: NEW_PASSWORD });
const cookieOf = (response: Response): string =>
  ((response.headers['set-cookie'] ?? []) as unknown as string[])
    .find((cookie) => cookie.startsWith('latchkey-session='))
    ?.split(';', 1)[0] ?? '';
const current = (headers: Record<string, string>) =>
  product.http.get('/api/v1/sessions/current').set(headers);

describe('passport CVE-2022-25896, @fastify/passport CVE-2023-29019, @fastify/passport CVE-2023-29020: signing in always makes a session of its own', () => {
  it('never one that was there before, whoever chose it', async () => {
    const chosen = 'latchkey-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const opened = await signIn({ cookie: chosen, origin: ORIGIN });
    expect(opened.status).toBe(201);
    expect(cookieOf(opened)).toMatch(/^latchkey-session=[\w-]{64}$/);
    expect(cookieOf(opened)).not.toBe(chosen);
    expectProblem(await current({ cookie: chosen }), 401, 'unauthenticated');
  });

  it('not the one that was planted: it is over, and the new one is another (ASVS 7.2.4)', async () => {
    const attacker = await join(product, practice);
    const planted = cookieOf(await signIn({}, attacker.username));
    const opened = await signIn({ cookie: planted, origin: ORIGIN });
    expect(cookieOf(opened)).not.toBe(planted);
    expectProblem(await current({ cookie: planted }), 401, 'unauthenticated');
    expect((await current({ cookie: cookieOf(opened) })).body.user.username).toBe(member.username);
  });

  it('and each one has a token that was never given out before', async () => {
    const tokens = new Set<string>();
    for (let times = 0; times < 5; times += 1) tokens.add(cookieOf(await signIn()));
    expect(tokens.size).toBe(5);
  });

  it('and a token in the address or in a form opens nothing', async () => {
    const { token } = member.session;
    for (const name of ['token', 'access_token', 'session', 'latchkey-session']) {
      expect((await product.http.get(`/api/v1/sessions/current?${name}=${token}`)).status).toBe(401);
    }
    expectProblem(await current({ authorization: `Basic ${token}` }), 401, 'unauthenticated');
    expectProblem(await current({ 'x-access-token': token }), 401, 'unauthenticated');
  });
});

describe('OpenEMR CVE-2026-25476: nothing that a request says of itself keeps an idle session alive', () => {
  it.each(['skip_timeout_reset=1', 'keepalive=1', 'background=1', 'X-Latchkey-Background=1'])(
    'no parameter does: ?%s',
    async (parameter) => {
      const name = parameter.split('=', 1)[0];
      const answer = product.http.get(`/api/v1/practice?${parameter}`).set(member.session.headers);
      expectFault(await answer, `/${name}`, 'unknown_field');
    },
  );

  it.each(['1', '0', 'true', 'false', ''])(
    'a session that ran out stays out: background %j',
    async (background) => {
      const { body } = await signIn().send({ transport: 'bearer' });
      const headers = { authorization: `Bearer ${body.token}`, 'x-latchkey-background': background };
      await current(headers).expect(200);
      await product.advance(15 * MINUTE);
      expectProblem(await current(headers), 401, 'unauthenticated');
    },
  );

  it('a request that runs by itself does not extend it, however often it comes', async () => {
    const { body } = await signIn().send({ transport: 'bearer' });
    const headers = { authorization: `Bearer ${body.token}`, 'x-latchkey-background': '1' };
    for (let minutes = 0; minutes < 14; minutes += 7) {
      await product.advance(7 * MINUTE);
      await current(headers).expect(200);
    }
    await product.advance(2 * MINUTE);
    expectProblem(await current(headers), 401, 'unauthenticated');
  });

  it('nor does a stream of events, however long it is open or how often it is opened', async () => {
    const { headers } = await asAdministrator(product, practice);
    const reset = await product.http
      .post(`/api/v1/users/${member.id}/password-reset`)
      .set(headers)
      .expect(202);
    const reader = (await asAdministrator(product, practice)).headers;
    const path = `/api/v1/password-resets/${reset.body.id}/events`;
    const streams = [await follow(product.app, path, reader)];
    for (let minutes = 0; minutes < 14; minutes += 7) {
      await product.advance(7 * MINUTE);
      streams.push(await follow(product.app, path, reader));
    }
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);
    await product.advance(2 * MINUTE);
    for (const stream of streams) await stream.end();
    expectProblem(await current(reader), 401, 'unauthenticated');
  });
});

describe('Better Auth CVE-2026-121802, ZITADEL CVE-2026-119128: a sealed value is good for what it was made for and for nothing else', () => {
  it('each of ours is refused wherever another belongs', async () => {
    const fresh = await join(product, practice);
    const { headers } = await asAdministrator(product, practice);
    const { practiceId } = practice;
    const { ticket } = await challenge(product, practiceId, fresh.username);
    const page = await product.http.get('/api/v1/users').query({ limit: 1 }).set(headers).expect(200);
    const values: Record<string, string> = {
      ticket,
      cursor: page.body.nextCursor,
      device: fresh.session.deviceToken,
      session: fresh.session.token,
      credential: fresh.credential,
    };
    for (const [kind, value] of Object.entries(values)) {
      expect(value, kind).toMatch(/\S{20,}/);
      if (kind !== 'session') {
        expectProblem(await current({ authorization: `Bearer ${value}` }), 401, 'unauthenticated');
        expectProblem(await current({ cookie: `latchkey-session=${value}` }), 401, 'unauthenticated');
      }
      if (kind !== 'ticket') {
        const answer = { ticket: value, answer: ANSWER };
        expectProblem(await product.http.post('/api/v1/password-resets').send(answer), 422, 'ticket_invalid');
      }
      for (const list of ['users', 'deliveries', 'password-resets', 'audit-events']) {
        if (kind === 'cursor' && list === 'users') continue;
        const asked = product.http.get(`/api/v1/${list}`).query({ cursor: value }).set(headers);
        expectFault(await asked, '/cursor', 'cursor');
      }
      if (kind !== 'device') {
        const opened = await signIn({ 'x-latchkey-device': value }, fresh.username).send({
          transport: 'bearer',
        });
        expect(opened.body.deviceToken, `${kind} as device`).toBeTypeOf('string');
      }
    }
  });

  it('and a device that one person signed in with is nobody’s device for another', async () => {
    const [one, another] = [await join(product, practice), await join(product, practice)];
    const { practiceId } = practice;
    const wrong = { practiceId, username: another.username, answer: 'wrong' };
    for (let guess = 0; guess < 6; guess += 1) {
      await answerQuestion(product, { ...wrong, deviceToken: one.session.deviceToken });
    }
    const devices = await product.database.query<{ device: string }>(
      'select distinct device from answer_attempts order by device',
    );
    expect(devices).toEqual([{ device: 'unknown' }]);
  });
});
