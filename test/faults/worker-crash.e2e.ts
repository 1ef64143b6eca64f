import { Redis } from 'ioredis';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { KeyRing } from '../../libs/secrets/index.js';
import { credentialIn } from '../support/mail.js';
import { type Environment, killLaunched, type Launched, launch, run, says } from '../support/processes.js';
import { hasRedisServer, startRedis } from '../support/redis.js';
import { signedIn, trySignIn } from '../support/sample-practice.js';
import { openSmtpSink, type SmtpSink, type SunkMail } from '../support/smtp-sink.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const PASSWORD = 'nine patient lighthouses';
const RESETS = 30;
const KILLS = 4;

let database: TestDatabase;
let smtp: SmtpSink;
let shared: Environment;
let http: ReturnType<typeof supertest>;
let practice: { practiceId: string; administrator: string; users: string[] };
let ids: Map<string, string>;

// One dies, all stop: so API and worker are separate processes here, as in a larger installation.
beforeAll(async () => {
  database = await createTestDatabase();
  smtp = await openSmtpSink();
  shared = { LATCHKEY_KEYS: KeyRing.generate(), SMTP_URL: smtp.url, LOG_LEVEL: 'info' };
  const api = launch(['serve'], { ...shared, DATABASE_URL: database.apiUrl, PORT: '0' });
  const port = /"port":(\d+)/.exec(await says(api, /"port":\d+/))?.[1];
  http = supertest(`http://127.0.0.1:${port}`);
  const seed = [
    'demo',
    'seed',
    '--practices',
    '1',
    '--users',
    String(2 * RESETS + 5),
    '--password',
    PASSWORD,
  ];
  const seeded = await run([...seed, '--answer', 'a bridge', '--json'], {
    ...shared,
    DATABASE_URL: database.apiUrl,
  });
  practice = JSON.parse(seeded.stdout).practices[0];
  const { body } = await http.get('/api/v1/users?limit=200').set(await administrator());
  ids = new Map(body.items.map(({ username, id }: { username: string; id: string }) => [username, id]));
});
afterAll(async () => {
  await killLaunched();
  await smtp.stop();
  await database.drop();
});

const administrator = () => signedIn(http, practice.practiceId, practice.administrator, PASSWORD);
const emailOf = (username: string) => `${username}@example.test`;
const mailsOf = (username: string): SunkMail[] =>
  smtp.taken.filter(({ to, template }) => to === emailOf(username) && template === 'temporary-credential');

async function startWorker(env: Environment = {}): Promise<Launched> {
  const worker = launch(['worker'], { ...shared, ...env, DATABASE_URL: database.workerUrl });
  await says(worker, 'the worker relays and sends');
  return worker;
}

async function kill(worker: Launched): Promise<void> {
  worker.signalGroup('SIGKILL');
  await worker.ended;
}

async function reset(username: string, headers: { authorization: string }): Promise<string> {
  const { body } = await http
    .post(`/api/v1/users/${ids.get(username)}/password-reset`)
    .set(headers)
    .expect(202);
  return body.id;
}

const advance = (seconds: number) =>
  database.query('update clock set offset_seconds = offset_seconds + $1', [seconds]);

async function view(path: string): Promise<Record<string, unknown>> {
  const { body } = await http
    .get(`/api/v1/${path}`)
    .set(await administrator())
    .expect(200);
  return body;
}

async function expectEachMailed(usernames: readonly string[], resets: readonly string[]): Promise<void> {
  await vi.waitFor(
    async () => {
      const states = await database.query<{ state: string }>(
        'select distinct state from password_resets where id = any($1)',
        [resets],
      );
      expect(states).toEqual([{ state: 'sent' }]);
    },
    { timeout: 20_000, interval: 100 },
  );
  for (const username of usernames) {
    const mails = mailsOf(username);
    expect(mails.length).toBeGreaterThan(0);
    expect(new Set(mails.map(credentialIn)).size).toBe(1);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
  }
  const [one = ''] = usernames;
  const credential = credentialIn(mailsOf(one)[0] as SunkMail);
  await trySignIn(http, practice.practiceId, one, credential).expect(201);
  await trySignIn(http, practice.practiceId, one, credential).expect(401);
}

/** Resets of `usernames` while one worker after another is killed in the middle of its work. */
async function crashRun(
  usernames: readonly string[],
  env: Environment,
  between: () => Promise<unknown>,
): Promise<void> {
  // Slow enough that a kill always finds mails on their way.
  smtp.answer = () => new Promise((resolve) => setTimeout(resolve, 40, undefined));
  const headers = await administrator();
  const resets = [];
  for (const username of usernames) resets.push(await reset(username, headers));
  for (let kills = 0; kills < KILLS; kills += 1) {
    const [taken, worker] = [smtp.taken.length, await startWorker(env)];
    await vi.waitFor(() => expect(smtp.taken.length).toBeGreaterThan(taken), {
      timeout: 20_000,
      interval: 5,
    });
    await kill(worker);
    await between();
    // Claims lapse after 30 s and leases after 60 s.
    await advance(61);
    await http.get('/health/live').expect(200);
  }
  smtp.answer = () => undefined;
  const last = await startWorker(env);
  await between();
  await advance(61);
  await expectEachMailed(usernames, resets);
  last.signal('SIGTERM');
  // Ended in order, and then by the signal itself, as a program without a starter should.
  expect(await last.ended).toEqual({ status: null, signal: 'SIGTERM' });
}

describe('a worker that is killed again and again', () => {
  it(
    'costs no reset its mail, and each reset has one credential however often it is mailed',
    () => crashRun(practice.users.slice(2, 2 + RESETS), {}, async () => undefined),
    60_000,
  );

  it.skipIf(!hasRedisServer())(
    'costs nothing either when Redis forgets everything meanwhile',
    async () => {
      const redis = await startRedis();
      const client = new Redis(redis.url);
      const usernames = practice.users.slice(2 + RESETS, 2 + 2 * RESETS);
      await crashRun(usernames, { REDIS_URL: redis.url }, () => client.flushall());
      client.disconnect();
      await redis.stop();
    },
    60_000,
  );
});

describe('a mail server that refuses', () => {
  let worker: Launched;
  beforeAll(async () => {
    worker = await startWorker();
  });
  afterAll(() => kill(worker));

  /** A reset of the nth user nobody has used yet, with what its mail meets. */
  async function refusedReset(nth: number, answer: () => string | undefined) {
    const username = practice.users[2 + 2 * RESETS + nth] ?? '';
    smtp.answer = ({ to, template }) =>
      to === emailOf(username) && template === 'temporary-credential' ? answer() : undefined;
    const id = await reset(username, await administrator());
    const [deliveryId = ''] = (await view(`password-resets/${id}`))['deliveryIds'] as string[];
    const expectState = (path: string, state: string) =>
      vi.waitFor(async () => expect(await view(path)).toMatchObject({ state }), {
        timeout: 5_000,
        interval: 100,
      });
    return { username, reset: `password-resets/${id}`, delivery: `deliveries/${deliveryId}`, expectState };
  }

  it('for now: deferred, tried again, accepted, with every attempt and its reply on record', async () => {
    let times = 0;
    const refused = await refusedReset(0, () => (++times === 1 ? '451 greylisted' : undefined));
    await refused.expectState(refused.delivery, 'deferred');
    expect(await view(refused.reset)).toMatchObject({ state: 'requested' });
    await advance(20);
    await refused.expectState(refused.delivery, 'accepted');
    expect((await view(refused.delivery))['attempts']).toMatchObject([
      { outcome: 'deferred', reply: expect.stringContaining('greylisted') },
      { outcome: 'accepted', reply: expect.stringMatching(/^250 /) },
    ]);
    expect(await view(refused.reset)).toMatchObject({ state: 'sent' });
    expect(mailsOf(refused.username)).toHaveLength(1);
  });

  it('for good: failed at once, and the administrators are told', async () => {
    const refused = await refusedReset(1, () => '550 no such user');
    await refused.expectState(refused.delivery, 'failed');
    expect(await view(refused.reset)).toMatchObject({ state: 'failed' });
    expect((await view(refused.delivery))['attempts']).toHaveLength(1);
    const notice = await smtp.nth(emailOf(practice.administrator), 'delivery-failed');
    expect(notice.text).not.toMatch(/[0-9A-Z]{4,}-[0-9A-Z]{4,}-[0-9A-Z]{4,}/);
  });

  it('till the deadline: failed after 24 hours, and the administrators are told', async () => {
    const refused = await refusedReset(2, () => '451 still greylisted');
    await refused.expectState(refused.delivery, 'deferred');
    await advance(24 * 3600 + 60);
    await refused.expectState(refused.delivery, 'failed');
    expect(await view(refused.reset)).toMatchObject({ state: 'failed' });
    await smtp.nth(emailOf(practice.administrator), 'delivery-failed', 2);
  });
});
