import { Redis } from 'ioredis';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { KeyRing } from '../../libs/secrets/index.js';
import { type BulkReset, beginBulkReset, ended } from '../support/bulk-resets.js';
import { type Environment, killLaunched, type Launched, launch, run, says } from '../support/processes.js';
import { hasRedisServer, startRedis } from '../support/redis.js';
import { signedIn } from '../support/sample-practice.js';
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const PASSWORD = 'nine patient lighthouses';
const USERS = 400;
const KILLS = 3;

let database: TestDatabase;
let smtp: SmtpSink;
let shared: Environment;
let http: ReturnType<typeof supertest>;

beforeAll(async () => {
  database = await createTestDatabase();
  smtp = await openSmtpSink();
  // The resets alone: their mails wait.
  smtp.answer = () => new Promise(() => undefined);
  // Without a pause between the steps, so that a kill falls into one.
  const keys = { LATCHKEY_KEYS: KeyRing.generate(), RATE_LIMIT_FACTOR: '1000000' };
  shared = { ...keys, SMTP_URL: smtp.url, LOG_LEVEL: 'info' };
  const api = launch(['serve'], { ...shared, DATABASE_URL: database.apiUrl, PORT: '0' });
  const port = /"port":(\d+)/.exec(await says(api, /"port":\d+/))?.[1];
  http = supertest(`http://127.0.0.1:${port}`);
});
afterAll(async () => {
  await killLaunched();
  await smtp.stop();
  await database.drop();
});

async function openPractice(users = USERS): Promise<{ practiceId: string; administrator: string }> {
  const size = ['--practices', '1', '--users', String(users + 1)];
  const seed = ['demo', 'seed', ...size, '--answer', 'a bridge', '--json', '--password', PASSWORD];
  const { stdout } = await run(seed, { ...shared, DATABASE_URL: database.apiUrl });
  return JSON.parse(stdout).practices[0];
}

async function startWorker(env: Environment): Promise<Launched> {
  const worker = launch(['worker'], { ...shared, ...env, DATABASE_URL: database.workerUrl });
  await says(worker, 'the worker relays and sends');
  return worker;
}

const doneOf = async (id: string): Promise<number> => {
  const [row] = await database.query<{ done: number }>(
    'select requested + skipped + failed as done from bulk_resets where id = $1',
    [id],
  );
  return row?.done ?? 0;
};

/** A bulk reset through which one worker after another is killed; `between` is what else goes wrong. */
async function crashRun(env: Environment, between: () => Promise<unknown>): Promise<BulkReset> {
  const practice = await openPractice();
  const headers = await signedIn(http, practice.practiceId, practice.administrator, PASSWORD);
  const { body } = await beginBulkReset({ http }, headers, {});
  expect(body.total).toBe(USERS);
  for (let kills = 0; kills < KILLS; kills += 1) {
    const [before, worker] = [await doneOf(body.id), await startWorker(env)];
    const goesOn = async () => expect(await doneOf(body.id)).toBeGreaterThan(before);
    await vi.waitFor(goesOn, { timeout: 20_000, interval: 2 });
    worker.signalGroup('SIGKILL');
    await worker.ended;
    expect(await doneOf(body.id)).toBeLessThan(USERS);
    await between();
    // A claim lapses after 30 s.
    await database.query('update clock set offset_seconds = offset_seconds + 31');
  }
  const last = await startWorker(env);
  const finished = await ended({ http }, headers, body.id, 40);
  last.signalGroup('SIGKILL');
  await last.ended;
  return finished;
}

async function expectEachOnce({ id, rows, ...done }: BulkReset): Promise<void> {
  expect(done).toMatchObject({ state: 'completed', done: USERS, requested: USERS, skipped: 0, failed: 0 });
  const people = new Set(rows.map(({ userId }) => userId));
  expect(people.size).toBe(USERS);
  const kept = [
    "select user_id::text as id from password_resets where channel = 'bulk'",
    "select user_id::text as id from credentials where purpose = 'reset'",
    'select user_id::text as id from deliveries where reset_id is not null',
    `select body::jsonb #>> '{changes,userId}' as id from audit_events
       where body::jsonb ->> 'action' = 'password-reset.requested'`,
  ];
  for (const sql of kept) {
    const theirs = (await database.query<{ id: string }>(sql)).filter((row) => people.has(row.id));
    expect([sql, theirs.length, new Set(theirs.map((row) => row.id)).size]).toEqual([sql, USERS, USERS]);
  }
  const completed = await database.query(
    `select 1 from audit_events where body::jsonb ->> 'action' = 'bulk-password-reset.completed'
       and body::jsonb #>> '{target,id}' = $1`,
    [id],
  );
  expect(completed).toHaveLength(1);
}

describe('a bulk reset whose worker is killed again and again', () => {
  it('goes on where it stopped: nobody twice, nobody forgotten', async () => {
    await expectEachOnce(await crashRun({}, async () => undefined));
  });

  it.skipIf(!hasRedisServer())(
    'so also when Redis forgets everything meanwhile',
    async () => {
      const redis = await startRedis();
      const client = new Redis(redis.url);
      await expectEachOnce(await crashRun({ REDIS_URL: redis.url }, () => client.flushall()));
      client.disconnect();
      await redis.stop();
    },
    90_000,
  );
});

describe('somebody who cannot be reset', () => {
  it('is given up alone, and all before them in the same step wait for two attempts, not for two each', async () => {
    const [users, before] = [60, 49];
    const practice = await openPractice(users);
    const headers = await signedIn(http, practice.practiceId, practice.administrator, PASSWORD);
    const { body } = await beginBulkReset({ http }, headers, {});
    await database.query(`create function refuse() returns trigger language plpgsql as $$
      begin
        if exists (select 1 from bulk_reset_rows where user_id = new.user_id and position = ${before + 1})
        then raise exception 'no'; end if;
        return new;
      end $$`);
    await database.query(
      'create trigger refuse before insert on password_resets for each row execute function refuse()',
    );
    const worker = await startWorker({});
    await vi.waitFor(async () => expect(await doneOf(body.id)).toBe(before), 40_000);
    // The minute in which it is tried again and again.
    const ticking = setInterval(() => {
      void database.query('update clock set offset_seconds = offset_seconds + 20');
    }, 500);
    const done = await ended({ http }, headers, body.id, 40).finally(() => clearInterval(ticking));
    expect(done).toMatchObject({ state: 'completed', requested: users - 1, failed: 1 });
    worker.signalGroup('SIGKILL');
    await worker.ended;
  });
});
