import type { INestApplicationContext } from '@nestjs/common';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { OperatorBoard } from '../../apps/worker/board/operator-board.js';
import { OperatorRegister, type OperatorRole } from '../../libs/access/index.js';
import { type HeldMail, holdMail } from '../support/held-mail.js';
import { revokeOperator } from '../support/operators.js';
import { asAdministrator } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { hasRedisServer, startRedis, type TestRedis } from '../support/redis.js';

const WRONG = `latchkey_operator_${'A'.repeat(43)}`;
const QUEUES = '/queues/api/queues';
const DELIVERIES = `${QUEUES}?activeQueue=delivery&status=active&page=1&jobsPerPage=10`;
const PERSON = { username: 'canarybird', displayName: 'Canary Bird', email: 'canary.bird@elm.example' };

let product: Product;
let practice: OpenedPractice;
let mail: HeldMail;
let http: ReturnType<typeof supertest>;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  mail = await holdMail();
  await product.stopWorker();
  await product.startWorker({ OPERATOR_PORT: '0' });
  http = boardOf(product.worker);
});
afterAll(async () => {
  await mail.stop();
  await product.stop();
});

const originOf = (worker: INestApplicationContext | null): string =>
  `http://127.0.0.1:${worker?.get(OperatorBoard).port}`;
const boardOf = (worker: INestApplicationContext | null) => supertest(originOf(worker));
const postToken = (token: string, to = http, origin = originOf(product.worker)) =>
  to.post('/sign-in').set('origin', origin).type('form').send({ token });

async function tokenOf(name: string, role: OperatorRole): Promise<string> {
  const register = new OperatorRegister(product.database.adminUrl);
  const token = await register.add({ name, role, addedBy: 'test', first: false });
  return token?.reveal() ?? '';
}

async function cookieOf(token: string, worker = product.worker): Promise<string> {
  const { headers } = await postToken(token, boardOf(worker), originOf(worker)).expect(303);
  const [cookie = ''] = headers['set-cookie'] as unknown as string[];
  expect(cookie).toMatch(/^latchkey_board=[\w-]{43}; Max-Age=1800; Path=\/; HttpOnly; SameSite=Strict$/);
  return cookie.split(';', 1)[0] ?? '';
}

it('says what to do where there are no operators, and lets nobody in', async () => {
  const { text } = await postToken(WRONG).expect(403);
  expect(text).toContain('latchkey operator add');
});

describe('whoever has not signed in', () => {
  it.each([
    '/queues/',
    QUEUES,
    '/%71ueues/api/queues',
    '//queues/api/queues',
    '/queues/queue/delivery',
    '/queues/static/css/main.css',
    '/queues/api/redis/stats',
    '/sign-out',
    '/nowhere',
  ])('is refused %s', async (path) => {
    const { body } = await http.get(path).expect(401);
    expect(body).toEqual({ error: 'Sign in first' });
    await http.get(path).set('cookie', 'latchkey_board=guessed').expect(401);
  });

  it('is led to the sign-in page by a browser, under a policy that loads nothing from elsewhere', async () => {
    const led = await http.get('/queues/').set('accept', 'text/html').expect(303);
    expect(led.headers['location']).toBe('/sign-in');
    const { headers } = await http.get('/sign-in').expect(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-security-policy']).toContain("default-src 'none';script-src 'self';");
    expect(headers['content-security-policy']).not.toContain('http');
  });
});

describe('an operator', () => {
  let token: string;
  let cookie: string;
  beforeAll(async () => {
    token = await tokenOf('wren', 'operator');
    cookie = await cookieOf(token);
  });
  const get = (path: string) => http.get(path).set('cookie', cookie);

  it('sees both queues, for half an hour', async () => {
    const { body } = await get(QUEUES).expect(200);
    expect(body.queues.map(({ name }: { name: string }) => name)).toEqual(['delivery', 'bulk']);
    const { text } = await get('/queues/').expect(200);
    expect(text).toContain('Latchkey queues');
    await product.advance(29 * 60);
    await get(QUEUES).expect(200);
    await product.advance(60);
    await get(QUEUES).expect(401);
    cookie = await cookieOf(token);
  });

  it.each([
    ['put', '/queues/api/queues/pause'],
    ['put', '/queues/api/queues/delivery/pause'],
    ['post', '/queues/api/queues/delivery/add'],
    ['put', '/queues/api/queues/delivery/empty'],
    ['delete', '/queues/api/queues/delivery'],
    ['patch', '/queues/api/queues/delivery/1'],
    ['post', '/queues/'],
  ] as const)('changes nothing: %s %s', async (method, path) => {
    const asked = http[method](path).set({ cookie, origin: originOf(product.worker) });
    expect((await asked.expect(405)).headers['allow']).toBe('GET, HEAD');
    const { body } = await get(QUEUES).expect(200);
    const standing = body.queues.map(({ isPaused, readOnlyMode }: Record<string, boolean>) => [
      isPaused,
      readOnlyMode,
    ]);
    expect(standing).toEqual([
      [false, true],
      [false, true],
    ]);
  });

  it('is not served under a rebound name, nor signed in or out by another site', async () => {
    await get(QUEUES).set('host', 'board.attacker.example').expect(403);
    await get(QUEUES).set('host', 'localhost:9999').expect(200);
    for (const origin of ['http://attacker.example', 'null', 'http://127.0.0.1:1']) {
      await postToken(token, http, origin).expect(403);
      await http.post('/sign-out').set({ cookie, origin }).expect(403);
    }
    await http.post('/sign-in').type('form').send({ token }).expect(403);
    await get(QUEUES).expect(200);
  });

  it('who signs out is out, and who is revoked is out at once', async () => {
    const other = await cookieOf(token);
    const origin = originOf(product.worker);
    await http.post('/sign-out').set({ cookie: other, origin }).expect(303);
    await http.get(QUEUES).set('cookie', other).expect(401);
    await get(QUEUES).expect(200);
    await revokeOperator(product, 'wren');
    await get(QUEUES).expect(401);
    await postToken(token).expect(401);
  });
});

const backends = hasRedisServer() ? (['postgresql', 'redis'] as const) : (['postgresql'] as const);

describe.each(backends)('an auditor, on %s', (backend) => {
  let redis: TestRedis | undefined;
  let worker: INestApplicationContext;
  let cookie: string;
  beforeAll(async () => {
    if (backend === 'redis') redis = await startRedis();
    await product.stopWorker();
    worker = await product.openWorker({
      OPERATOR_PORT: '0',
      SMTP_URL: mail.url,
      ...(redis && { REDIS_URL: redis.url }),
    });
    cookie = await cookieOf(await tokenOf(`owl-${backend}`, 'auditor'), worker);
  });
  afterAll(async () => {
    await worker.close();
    await redis?.stop();
  });

  it('sees the job of a mail, and neither whom it is for nor what it says', async () => {
    const { headers } = await asAdministrator(product, practice);
    const person = { ...PERSON, username: `${PERSON.username}-${backend}`, roles: ['staff'] };
    await product.http.post('/api/v1/users').set(headers).send(person).expect(201);
    await vi.waitFor(() => expect(mail.raw.join('')).toContain(person.username), 10_000);
    const board = boardOf(worker);
    const listed = await board.get(DELIVERIES).set('cookie', cookie).expect(200);
    const { jobs } = listed.body.queues[0];
    expect(jobs).toHaveLength(1);
    expect(Object.keys(jobs[0].data.deliveries[0]).sort()).toEqual(['deliveryId', 'practiceId']);
    const more = [`/delivery/${jobs[0].id}`, `/delivery/${jobs[0].id}/logs`, '/delivery/workers'];
    const answers = await Promise.all(
      more.map((path) => board.get(`${QUEUES}${path}`).set('cookie', cookie).expect(200)),
    );
    const shown = [listed, ...answers].map(({ text }) => text).join('\n');
    const secret = /Temporary password:\s+(\S+)/.exec(mail.raw.at(-1) ?? '')?.[1] ?? '';
    expect(secret).toMatch(/^[0-9A-Z-]{20,}$/);
    for (const canary of [secret, 'canary', 'Canary Bird', 'elm.example', 'Elm', practice.practiceId]) {
      expect(shown).not.toContain(canary);
    }
  });
});

it('wrong tokens are looked at ten times a minute, right ones not sooner', async () => {
  await product.startWorker({ OPERATOR_PORT: '0' });
  http = boardOf(product.worker);
  const right = await tokenOf('finch', 'operator');
  for (let times = 0; times < 10; times += 1) await postToken(WRONG).expect(401);
  await postToken(right).expect(429);
  await product.advance(61);
  await cookieOf(right);
});

it('without OPERATOR_PORT nothing listens', async () => {
  const worker = await product.openWorker();
  expect(worker.get(OperatorBoard).port).toBeNull();
  await worker.close();
});
