import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { credentialIn, nextMail } from '../support/mail.js';
import { asAdministrator, join, type Member } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

// A two-hundredth of the limits: 5 failed sign-ins and 5 answers an address, 15 questions, 150 by everybody.
const FACTOR = { RATE_LIMIT_FACTOR: '0.005' };
const WINDOW = 600;

let product: Product;
let practice: OpenedPractice;
let member: Member;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  member = await join(product, practice);
});
afterAll(() => product.stop());

type Http = Product['http'];
let nobodies = 0;
/** Each guess at somebody else, so that no account's own limit is met. */
const guess = (http: Http, headers: Record<string, string> = {}) => {
  nobodies += 1;
  return http
    .post('/api/v1/sessions')
    .set(headers)
    .send({ practiceId: practice.practiceId, username: `nobody${nobodies}`, password: 'a wrong guess' });
};
const signIn = (http: Http, username: string, password: string, headers: Record<string, string> = {}) =>
  http.post('/api/v1/sessions').set(headers).send({ practiceId: practice.practiceId, username, password });
const question = (http: Http, username = 'ada') =>
  http.post('/api/v1/password-resets/challenges').send({ practiceId: practice.practiceId, username });

/** The very start of a window, and an API that has counted nothing yet. */
async function fresh<T>(env: Record<string, string>, work: (http: Http) => Promise<T>): Promise<T> {
  const [time] = await product.database.query<{ over: number }>(
    'select extract(epoch from now() + make_interval(secs => offset_seconds))::integer % 3600 as over from clock',
  );
  await product.advance(3_601 - (time?.over ?? 0));
  const api = await product.openApi({ ...FACTOR, ...env });
  try {
    const http = supertest(api.getHttpServer());
    // Whoever has asked the database knows how late it is.
    for (const each of [http, product.http]) await each.get('/health/ready');
    return await work(http);
  } finally {
    await api.close();
  }
}

describe('failed sign-ins of strangers', () => {
  it('are limited by address, whatever a forwarding header claims', async () => {
    await fresh({}, async (http) => {
      for (let last = 1; last <= 5; last += 1) {
        expectProblem(
          await guess(http, { 'x-forwarded-for': `192.0.2.${last}` }),
          401,
          'invalid_credentials',
        );
      }
      const refused = await guess(http, { 'x-forwarded-for': '192.0.2.99', forwarded: 'for=192.0.2.98' });
      expectProblem(refused, 429, 'too_many_attempts');
      expect(refused.headers['ratelimit-policy']).toBe('"sign-in-failures";q=5;w=600');
      expect(refused.headers['ratelimit']).toBe(`"sign-in-failures";r=0;t=${refused.headers['retry-after']}`);
      expectProblem(await signIn(http, 'ada', PASSWORD), 429, 'too_many_attempts');
    });
    // An API that stops has written down what it refused without asking whose name it was. Read through another:
    // two in one process share passport's strategies, and so the limits of the one that was opened last.
    const { body } = await fresh({ RATE_LIMIT_FACTOR: '1' }, async (http) => {
      const { headers } = await asAdministrator({ http }, practice);
      const query = { action: 'session.refused', limit: 200 };
      return http.get('/api/v1/audit-events').query(query).set(headers).expect(200);
    });
    const throttled = (
      body.items as { target: unknown; changes: { reason?: string; count: number } }[]
    ).filter(({ changes }) => changes.reason === 'throttled');
    expect(throttled.reduce((sum, { changes }) => sum + changes.count, 0)).toBe(2);
    for (const { target } of throttled) expect(target).toBeNull();
  });

  it('are told apart by what a trusted proxy forwards; an IPv6 /64 is one address', async () => {
    await fresh({ TRUSTED_PROXIES: '127.0.0.0/8,::1,::ffff:127.0.0.0/104' }, async (http) => {
      const from = (address: string) => ({ 'x-forwarded-for': address });
      for (let last = 1; last <= 5; last += 1) await guess(http, from(`2001:db8:0:7::${last}`)).expect(401);
      await guess(http, from('2001:db8:0:7:1:2:3:4')).expect(429);
      await guess(http, from('2001:db8:0:8::1')).expect(401);
      for (let again = 0; again < 5; again += 1) await guess(http, from('192.0.2.1')).expect(401);
      await guess(http, from('192.0.2.1')).expect(429);
      await guess(http, from('::ffff:192.0.2.1')).expect(429);
      await guess(http, from('192.0.2.2')).expect(401);
      // The nearest untrusted address counts, not what the client has put before it.
      await guess(http, from('198.51.100.7, 192.0.2.1')).expect(429);
    });
  });

  it('are limited by practice and altogether, however many addresses they come from', async () => {
    await fresh({ TRUSTED_PROXIES: '127.0.0.0/8,::1,::ffff:127.0.0.0/104' }, async (http) => {
      const statuses = [];
      for (let last = 1; last <= 16; last += 1) {
        statuses.push((await guess(http, { 'x-forwarded-for': `192.0.2.${last}` })).status);
      }
      expect(statuses).toEqual([...Array.from({ length: 15 }, () => 401), 429]);
    });
  });

  it('close the way to no known device and to no mailed password', async () => {
    await fresh({}, async (http) => {
      const { headers } = await asAdministrator(product, practice);
      await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
      const mailed = credentialIn(await nextMail(product.mailbox, member.email, 'temporary-credential'));
      const known = { 'x-latchkey-device': member.session.deviceToken };
      for (let count = 0; count < 5; count += 1) await guess(http).expect(401);
      await guess(http).expect(429);
      await signIn(http, member.username, NEW_PASSWORD, known).expect(201);
      await signIn(http, 'ada', PASSWORD, known).expect(429);
      await signIn(http, member.username, mailed).expect(201);
    });
  });

  it('do not count what succeeds', async () => {
    await fresh({}, async (http) => {
      for (let count = 0; count < 8; count += 1) await signIn(http, 'ada', PASSWORD).expect(201);
    });
  });

  it('begin anew with the next window', async () => {
    await fresh({}, async (http) => {
      for (let count = 0; count < 6; count += 1) await guess(http);
      const { headers } = await guess(http).expect(429);
      await product.advance(Number(headers['retry-after']));
      await vi.waitFor(() => guess(http).expect(401), { timeout: 3_000, interval: 100 });
    });
  });

  it('are remembered across a restart, and by every process', async () => {
    await fresh({}, async (http) => {
      for (let count = 0; count < 6; count += 1) await guess(http);
      await guess(http).expect(429);
      // Not closed: what was counted is shared while it runs.
      const other = await product.openApi(FACTOR);
      await vi.waitFor(() => guess(supertest(other.getHttpServer())).expect(429), {
        timeout: 3_000,
        interval: 300,
      });
      await other.close();
    });
  });
});

describe('questions and answers', () => {
  it('are limited by address for every name alike, and say what is left', async () => {
    await fresh({}, async (http) => {
      const left = [];
      for (let asked = 0; asked < 15; asked += 1) {
        const { headers } = await question(http, asked % 2 ? 'ada' : 'nobody').expect(200);
        left.push(Number(/r=(\d+)/.exec(headers['ratelimit'] ?? '')?.[1]));
      }
      expect(left).toEqual(Array.from({ length: 15 }, (_, index) => 14 - index));
      const refused = await question(http);
      expectProblem(refused, 429, 'too_many_attempts');
      expect(refused.headers['ratelimit-policy']).toBe('"reset-questions";q=15;w=600');
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(WINDOW);
    });
  });

  it('of one kind leave the other open, and a practice can still be opened', async () => {
    await fresh({}, async (http) => {
      const { body } = await question(http).expect(200);
      const answer = () =>
        http.post('/api/v1/password-resets').send({ ticket: body.ticket, answer: 'no idea' });
      await answer().expect(202);
      for (let again = 1; again < 5; again += 1) await answer().expect(422);
      expectProblem(await answer(), 429, 'too_many_attempts');
      await question(http).expect(200);
    });
  });
});

it('lets one practice-opening through at the smallest factor, and no second', async () => {
  await fresh({ RATE_LIMIT_FACTOR: '0.0001' }, async (http) => {
    const open = () => http.post('/api/v1/practices').send({});
    await open().expect(422);
    expectProblem(await open(), 429, 'too_many_attempts');
  });
});
