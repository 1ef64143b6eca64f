import { Redis } from 'ioredis';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { KeyRing } from '../../libs/secrets/index.js';
import { fileOf, type Import, imported, lineFor, upload } from '../support/imports.js';
import { type Environment, killLaunched, type Launched, launch, run, says } from '../support/processes.js';
import { hasRedisServer, startRedis } from '../support/redis.js';
import { signedIn } from '../support/sample-practice.js';
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const PASSWORD = 'nine patient lighthouses';
const ROWS = 3_000;
const KILLS = 3;
/** Good rows before the one that cannot be stored, all of one step. */
const BEFORE_POISON = 200;

let database: TestDatabase;
let smtp: SmtpSink;
let shared: Environment;
let http: ReturnType<typeof supertest>;
let practice: { practiceId: string; administrator: string };

beforeAll(async () => {
  database = await createTestDatabase();
  smtp = await openSmtpSink();
  // The import alone: its mails wait.
  smtp.answer = () => new Promise(() => undefined);
  shared = { LATCHKEY_KEYS: KeyRing.generate(), SMTP_URL: smtp.url, LOG_LEVEL: 'info' };
  const api = launch(['serve'], { ...shared, DATABASE_URL: database.apiUrl, PORT: '0' });
  const port = /"port":(\d+)/.exec(await says(api, /"port":\d+/))?.[1];
  http = supertest(`http://127.0.0.1:${port}`);
  const seed = ['demo', 'seed', '--practices', '1', '--users', '3', '--answer', 'a bridge', '--json'];
  const env = { ...shared, DATABASE_URL: database.apiUrl };
  practice = JSON.parse((await run([...seed, '--password', PASSWORD], env)).stdout).practices[0];
});
afterAll(async () => {
  await killLaunched();
  await smtp.stop();
  await database.drop();
});

const administrator = () => signedIn(http, practice.practiceId, practice.administrator, PASSWORD);
const count = async (sql: string, parameters: unknown[] = []): Promise<number> =>
  Number((await database.query<{ count: string }>(sql, parameters))[0]?.count);

async function startWorker(env: Environment): Promise<Launched> {
  const worker = launch(['worker'], { ...shared, ...env, DATABASE_URL: database.workerUrl });
  await says(worker, 'the worker relays and sends');
  return worker;
}

/** An import through which one worker after another is killed; `between` is what else goes wrong. */
async function crashRun(prefix: string, env: Environment, between: () => Promise<unknown>): Promise<Import> {
  const headers = await administrator();
  const lines = Array.from({ length: ROWS }, (_, nth) => lineFor(`${prefix}${nth}`));
  const { body } = await upload({ http }, headers, fileOf(...lines));
  for (let kills = 0; kills < KILLS; kills += 1) {
    const done = () => count('select created as count from user_imports where id = $1', [body.id]);
    const [before, worker] = [await done(), await startWorker(env)];
    await vi.waitFor(async () => expect(await done()).toBeGreaterThan(before), {
      timeout: 20_000,
      interval: 5,
    });
    worker.signalGroup('SIGKILL');
    await worker.ended;
    expect(await done()).toBeLessThan(ROWS);
    await between();
    // A claim lapses after 30 s.
    await database.query('update clock set offset_seconds = offset_seconds + 31');
  }
  const last = await startWorker(env);
  const finished = await imported({ http }, headers, body.id, 40);
  last.signalGroup('SIGKILL');
  await last.ended;
  return finished;
}

async function expectEachOnce(prefix: string, { id, rows, ...done }: Import): Promise<void> {
  expect(done).toMatchObject({
    state: 'completed',
    total: ROWS,
    done: ROWS,
    created: ROWS,
    failed: 0,
    skipped: 0,
  });
  expect(rows.filter(({ outcome }) => outcome !== 'created')).toEqual([]);
  const named = `select id::text from users where username ~ '^${prefix}[0-9]+$'`;
  const people = new Set((await database.query<{ id: string }>(named)).map(({ id }) => id));
  expect(people.size).toBe(ROWS);
  const kept = ['user_roles', 'credentials', 'deliveries'].map(
    (table) => `select user_id::text as id from ${table}`,
  );
  const told = `select body::jsonb #>> '{target,id}' as id from audit_events
    where body::jsonb ->> 'action' = 'user.created'`;
  for (const sql of [...kept, told]) {
    const theirs = (await database.query<{ id: string }>(sql)).filter((row) => people.has(row.id));
    expect([sql, theirs.length, new Set(theirs.map((row) => row.id)).size]).toEqual([sql, ROWS, ROWS]);
  }
  const completed = `select count(*) from audit_events where body::jsonb ->> 'action' = 'user-import.completed'
    and body::jsonb #>> '{target,id}' = $1`;
  expect(await count(completed, [id])).toBe(1);
}

describe('an import whose worker is killed again and again', () => {
  it('goes on where it stopped: every row once, with one credential, one welcome and one event', async () => {
    await expectEachOnce('pg', await crashRun('pg', {}, async () => undefined));
  });

  it.skipIf(!hasRedisServer())(
    'so also when Redis forgets everything meanwhile',
    async () => {
      const redis = await startRedis();
      const client = new Redis(redis.url);
      await expectEachOnce(
        'redis',
        await crashRun('redis', { REDIS_URL: redis.url }, () => client.flushall()),
      );
      client.disconnect();
      await redis.stop();
    },
    90_000,
  );
});

describe('a row that cannot be stored', () => {
  it('is given up by itself, and holds up no other', async () => {
    await database.query(`create function refuse() returns trigger language plpgsql as $$
      begin if new.username = 'poison' then raise exception 'no'; end if; return new; end $$`);
    await database.query(
      'create trigger refuse before insert on users for each row execute function refuse()',
    );
    const headers = await administrator();
    const before = Array.from({ length: BEFORE_POISON }, (_, nth) => lineFor(`before${nth}`));
    const file = fileOf(...before, lineFor('poison'), lineFor('after'));
    const { body } = await upload({ http }, headers, file);
    const worker = await startWorker({});
    // Two steps fail within six seconds, which all that are before it share.
    const created = () => count('select created as count from user_imports where id = $1', [body.id]);
    await vi.waitFor(async () => expect(await created()).toBe(BEFORE_POISON), 60_000);
    // The minute in which it is tried again and again.
    const ticking = setInterval(() => {
      void database.query('update clock set offset_seconds = offset_seconds + 20');
    }, 500);
    const done = await imported({ http }, await administrator(), body.id, 40).finally(() =>
      clearInterval(ticking),
    );
    expect(done).toMatchObject({ created: BEFORE_POISON + 1, failed: 1 });
    const poison = done.rows.find(({ outcome }) => outcome === 'failed');
    expect(poison).toMatchObject({
      username: 'poison',
      reason: expect.stringContaining('could not be stored'),
    });
    worker.signalGroup('SIGKILL');
    await worker.ended;
  });
});
