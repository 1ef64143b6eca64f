import type { Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatPracticeId, practiceIdFromRandom } from '../../libs/contract/index.js';
import { asAdministrator, invite, join, type Member } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD, signIn } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { ORIGIN, type Product, startProduct } from '../support/product.js';

const NOBODYS = formatPracticeId(practiceIdFromRandom(Uint8Array.from([1, 1, 2, 3, 5, 8, 13, 21, 31])));
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

const attempt = (change: object = {}) =>
  product.http
    .post('/api/v1/sessions')
    .send({ practiceId: practice.practiceId, username: 'ada', password: PASSWORD, ...change });
const current = (headers: Record<string, string>) =>
  product.http.get('/api/v1/sessions/current').set(headers);
const cookiesOf = (response: Response) => (response.headers['set-cookie'] ?? []) as unknown as string[];
const sessionCookie = (response: Response) => cookiesOf(response)[0]?.split(';', 1)[0] ?? '';

describe('signing in', () => {
  it('answers who one is, where, and what one may do', async () => {
    const response = await attempt({ transport: 'bearer' });
    expect(response.status).toBe(201);
    expect(cookiesOf(response)).toEqual([]);
    const { permissions, rules, ...body } = response.body;
    expect(Object.keys(body).sort()).toEqual(
      ['deviceToken', 'expiresAt', 'passwordChangeRequired', 'practice', 'token', 'user'].sort(),
    );
    expect(body).toMatchObject({
      passwordChangeRequired: false,
      practice: { practiceId: practice.practiceId },
      user: { username: 'ada', status: 'active', roles: ['administrator'], securityQuestion: true },
    });
    expect(permissions).toEqual(permissions.toSorted());
    expect(permissions).toContain('user:reset-password');
    expect(rules).toContainEqual({ action: 'reset-password', subject: 'user' });
    expect(body.expiresAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const { body: now } = await current({ authorization: `Bearer ${body.token}` }).expect(200);
    expect(Object.keys(now).sort()).toEqual(
      ['expiresAt', 'passwordChangeRequired', 'permissions', 'practice', 'rules', 'user'].sort(),
    );
  });

  it('is refused in one shape for every cause', async () => {
    const invited = await invite(product, practice);
    const refusals = [
      await attempt({ password: 'wrong' }),
      await attempt({ username: 'nobody' }),
      await attempt({ username: 'No Such Name!' }),
      await attempt({ practiceId: NOBODYS }),
      await attempt({ username: invited.username, password: 'wrong' }),
      await attempt({ username: member.username }),
    ];
    for (const response of refusals) {
      expectProblem(response, 401, 'invalid_credentials');
      expect({ ...response.body, requestId: '' }).toEqual({ ...refusals[0]?.body, requestId: '' });
      expect(cookiesOf(response)).toEqual([]);
    }
  });

  it('marks the device once: who brings the mark gets no new one, and it signs nobody in', async () => {
    const { deviceToken } = member.session;
    expect(deviceToken).toBeTypeOf('string');
    const own = { username: member.username, password: NEW_PASSWORD, transport: 'bearer' };
    const again = await attempt(own).set('x-latchkey-device', deviceToken);
    expect(again.body).not.toHaveProperty('deviceToken');
    const foreign = await attempt({ transport: 'bearer' }).set('x-latchkey-device', deviceToken);
    expect(foreign.body.deviceToken).toBeTypeOf('string');
    expectProblem(await current({ authorization: `Bearer ${deviceToken}` }), 401, 'unauthenticated');
  });

  it('reads the username in NFKC and lower case', async () => {
    expect((await attempt({ username: 'ＡＤＡ' })).status).toBe(201);
  });
});

describe('a session in a cookie', () => {
  it('is HttpOnly, SameSite=Strict, for the whole site, and keeps no token in the answer', async () => {
    const response = await attempt();
    expect(response.body).not.toHaveProperty('token');
    expect(response.body).not.toHaveProperty('deviceToken');
    for (const cookie of cookiesOf(response)) {
      expect(cookie).toMatch(/; Path=\/(;|$)/);
      expect(cookie).toMatch(/; HttpOnly(;|$)/);
      expect(cookie).toMatch(/; SameSite=Strict(;|$)/);
    }
    await current({ cookie: sessionCookie(response) }).expect(200);
  });

  it('is refused for changes that come from another site', async () => {
    const cookie = sessionCookie(await attempt());
    const change = (headers: Record<string, string>) =>
      product.http
        .patch('/api/v1/practice')
        .set({ cookie, ...headers })
        .send({});
    const foreign: Record<string, string>[] = [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
    ];
    for (const headers of foreign) expectProblem(await change(headers), 403, 'cross_origin');
    expect((await change({ origin: ORIGIN })).status).toBe(200);
    expect((await change({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  it('is never taken up again by a sign-in: a new token, and the one that was brought is over', async () => {
    const planted = sessionCookie(await attempt({ username: member.username, password: NEW_PASSWORD }));
    const own = await attempt().set({ cookie: planted, origin: ORIGIN });
    expect(own.status).toBe(201);
    expect(sessionCookie(own)).not.toBe(planted);
    expectProblem(await current({ cookie: planted }), 401, 'unauthenticated');
    const { body } = await current({ cookie: sessionCookie(own) }).expect(200);
    expect(body.user.username).toBe('ada');
    const refused = attempt({ password: 'wrong' }).set({ cookie: sessionCookie(own), origin: ORIGIN });
    expectProblem(await refused, 401, 'invalid_credentials');
    await current({ cookie: sessionCookie(own) }).expect(200);
  });

  it('ends with signing out', async () => {
    const cookie = sessionCookie(await attempt());
    const response = await product.http.delete('/api/v1/sessions/current').set({ cookie, origin: ORIGIN });
    expect(response.status).toBe(204);
    expect(cookiesOf(response)[0]).toMatch(/=;.*(Expires=Thu, 01 Jan 1970|Max-Age=0)/);
    expectProblem(await current({ cookie }), 401, 'unauthenticated');
  });
});

describe('a session', () => {
  it('is needed: nothing, rubbish and an ended token are 401', async () => {
    const { headers } = await asAdministrator(product, practice);
    await product.http.delete('/api/v1/sessions/current').set(headers).expect(204);
    const credentials: Record<string, string>[] = [
      {},
      { authorization: 'Bearer x' },
      { authorization: 'Basic YTpi' },
      { cookie: 'latchkey-session=x' },
      headers,
    ];
    for (const bad of credentials) {
      expectProblem(await current(bad), 401, 'unauthenticated');
      expectProblem(await product.http.get('/api/v1/users').set(bad), 401, 'unauthenticated');
    }
  });

  it('may do nothing but set the password when a temporary one opened it', async () => {
    const invited = await invite(product, practice);
    const { headers, body } = await signIn(
      product,
      practice.practiceId,
      invited.username,
      invited.credential,
    );
    const seconds = (Date.parse(String(body['expiresAt'])) - Date.now()) / 1_000;
    expect(Math.round(seconds / MINUTE)).toBe(15);
    for (const path of ['/users', '/practice', '/sessions', '/audit-events']) {
      expectProblem(await product.http.get(`/api/v1${path}`).set(headers), 403, 'password_change_required');
    }
    await current(headers).expect(200);
    await product.http.delete('/api/v1/sessions/current').set(headers).expect(204);
    expectProblem(await current(headers), 401, 'unauthenticated');
  });

  it('is listed to its owner, who may end it, and to nobody else', async () => {
    const [one, two] = [
      await signIn(product, practice.practiceId, member.username, NEW_PASSWORD),
      await signIn(product, practice.practiceId, member.username, NEW_PASSWORD),
    ];
    const { body } = await product.http.get('/api/v1/sessions').set(one.headers).expect(200);
    expect(body).toMatchObject({ nextCursor: null });
    const [newest, mine] = body.items as { id: string; current: boolean }[];
    expect([newest?.current, mine?.current]).toEqual([false, true]);
    const end = (headers: { authorization: string }) =>
      product.http.delete(`/api/v1/sessions/${newest?.id}`).set(headers);
    expectProblem(await end((await asAdministrator(product, practice)).headers), 404, 'not_found');
    await current(two.headers).expect(200);
    await end(one.headers).expect(204);
    expectProblem(await current(two.headers), 401, 'unauthenticated');
    expectProblem(await end(one.headers), 404, 'not_found');
  });

  it('is kept as a hash: who reads the table can sign in with nothing of it', async () => {
    const { token } = await asAdministrator(product, practice);
    const secret = Buffer.from(token, 'base64url').subarray(16);
    expect(secret.length).toBeGreaterThanOrEqual(32);
    const rows = await product.database.query<{ row: string }>('select s::text as row from sessions s');
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows) {
      expect(row).not.toContain(token);
      expect(row).not.toContain(secret.toString('hex'));
    }
  });

  it('takes the own password as confirmation and no other', async () => {
    const { headers } = await asAdministrator(product, practice);
    const confirm = (password: string) =>
      product.http.post('/api/v1/sessions/current/reauthentication').set(headers).send({ password });
    await confirm(PASSWORD).expect(204);
    expectProblem(await confirm(NEW_PASSWORD), 401, 'invalid_credentials');
  });
});

it('uses Secure and __Host- cookies where PUBLIC_URL is https', async () => {
  const secure = await startProduct({ env: { PUBLIC_URL: 'https://latchkey.example' } });
  try {
    const { practiceId } = await openPractice(secure);
    const response = await secure.http
      .post('/api/v1/sessions')
      .send({ practiceId, username: 'ada', password: PASSWORD });
    expect(cookiesOf(response).length).toBeGreaterThan(0);
    for (const cookie of cookiesOf(response)) expect(cookie).toMatch(/^__Host-.+; Secure/);
  } finally {
    await secure.stop();
  }
});
