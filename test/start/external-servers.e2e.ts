import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedPostgres } from '../../libs/database/index.js';
import {
  type Environment,
  killLaunched,
  launch,
  run,
  startInstallation,
  useInstallationFolder,
} from '../support/processes.js';
import { hasRedisServer, startRedis } from '../support/redis.js';
import { signedIn } from '../support/sample-practice.js';
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink.js';

const PASSWORD = 'a lantern beside the gate';

// Somebody else's server: we know a database of theirs, and an administrator of it who is no superuser.
const external = useInstallationFolder();
let server: EmbeddedPostgres;
let smtp: SmtpSink;
let own: string;
let admin: string;
let databaseUrl: string;
let env: Environment;

beforeAll(async () => {
  server = await EmbeddedPostgres.open({ dataDir: external.dataDir });
  smtp = await openSmtpSink();
  own = await mkdtemp('/tmp/latchkey-external-');
  const password = randomBytes(9).toString('base64url');
  await asSuperuser(`create role practice_dba login createrole password '${password}'`);
  await asSuperuser('create database accounts owner practice_dba');
  admin = `postgresql://practice_dba:${password}@127.0.0.1:${server.port}/accounts`;
  databaseUrl = `postgresql://latchkey_app:${password}@127.0.0.1:${server.port}/accounts`;
  await writeFile(join(own, 'database-url'), `${databaseUrl}\n`, { mode: 0o600 });
  env = {
    DATABASE_URL_FILE: join(own, 'database-url'),
    DATA_DIR: join(own, 'data'),
    SMTP_URL: smtp.url,
    MAIL_FROM: 'Elm Accounts <accounts@elm.example>',
  };
});
afterAll(async () => {
  await killLaunched();
  await smtp.stop();
  await rm(own, { recursive: true });
});

async function asSuperuser(
  sql: string,
  url = server.adminUrl('postgres'),
): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Opens a practice over HTTP and follows the mail to the first sign-in. */
async function walk(more: Environment, address: string): Promise<void> {
  const running = await startInstallation({ ...env, ...more });
  expect(running.text.stderr).not.toContain('Sample practice');
  const administrator = { username: 'ada', displayName: 'Ada', email: address, password: PASSWORD };
  await running.http.post('/api/v1/practices').send({ name: 'Elm Dental', administrator }).expect(202);
  const mail = await smtp.nth(address, 'practice-welcome');
  const practiceId = /Practice ID: (\S+)/.exec(mail.text)?.[1] ?? '';
  await signedIn(running.http, practiceId, 'ada', PASSWORD);
  expect(mail.raw).toContain('accounts@elm.example');
  const doctor = await run(['doctor'], { ...env, ...more });
  expect(doctor).toMatchObject({ status: 0, stdout: expect.not.stringMatching(/^(?:warning|fault)/m) });
  running.signal('SIGTERM');
  expect(await running.ended).toMatchObject({ status: 0 });
  expect(existsSync(join(own, 'data/postgres'))).toBe(false);
}

describe('a database of somebody else', () => {
  it('that has no schema yet is refused, with the command that makes one, and is left as it was', async () => {
    await asSuperuser(`create role plain_login login noinherit password 'p'`);
    const url = `postgresql://plain_login:p@127.0.0.1:${server.port}/accounts`;
    const started = launch(['start'], { ...env, DATABASE_URL_FILE: '', DATABASE_URL: url, PORT: '0' });
    expect(await started.ended).toMatchObject({ status: 1 });
    expect(started.text.stdout).toBe('');
    expect(started.text.stderr.trim().split('\n')).toHaveLength(1);
    expect(started.text.stderr).toContain('npm run latchkey -- migrate');
    const tables = await asSuperuser(
      "select from pg_tables where schemaname = 'public'",
      server.adminUrl('accounts'),
    );
    expect(tables).toEqual([]);
  });

  it('is migrated through an administrator who is no superuser, and its login created', async () => {
    const migrated = await run(['migrate', '--json'], { ...env, DATABASE_ADMIN_URL: admin });
    expect(migrated).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(migrated.stdout).migrated.length).toBeGreaterThan(0);
    const [login] = await asSuperuser(
      "select rolinherit, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = 'latchkey_app'",
    );
    expect(Object.values(login ?? {})).toEqual([false, false, false, false, false]);
    const owned = await asSuperuser(
      `select c.relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = 'latchkey_app'`,
      server.adminUrl('accounts'),
    );
    expect(owned).toEqual([]);
    const again = await run(['migrate', '--json'], { ...env, DATABASE_ADMIN_URL: admin });
    expect(again).toEqual({ status: 0, stdout: '{"migrated":[]}\n', stderr: '' });
  });

  it('runs without its administrator, its mail going through the server named by SMTP_URL', () =>
    walk({}, 'opener1@elm.example'));

  it('also serves a start that has the administrator, which migrates what is missing', async () => {
    await asSuperuser('create database fresh owner practice_dba');
    const fresh = (url: string) => url.replace(/accounts$/, 'fresh');
    await walk(
      { DATABASE_URL_FILE: '', DATABASE_URL: fresh(databaseUrl), DATABASE_ADMIN_URL: fresh(admin) },
      'opener2@elm.example',
    );
  });
});

describe('a Redis of somebody else', () => {
  it.skipIf(!hasRedisServer())('carries the queue', async () => {
    const redis = await startRedis();
    await walk({ REDIS_URL: redis.url }, 'opener3@elm.example');
    const client = new Redis(redis.url);
    expect(await client.keys('{latchkey}:delivery:*')).not.toEqual([]);
    client.disconnect();
    await redis.stop();
  });
});
