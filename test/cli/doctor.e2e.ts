import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyRing } from '#secrets';
import { EmbeddedPostgres } from '../../libs/database/index.js';
import { runHere } from '../support/commands.js';
import { freePort } from '../support/free-port.js';
import { type Environment, run, startInstallation, useInstallationFolder } from '../support/processes.js';
import { hasRedisServer, startRedis } from '../support/redis.js';

interface Finding {
  check: string;
  state: 'ok' | 'warning' | 'fault';
  detail: string;
  next: string | null;
}

const folder = useInstallationFolder();
let server: EmbeddedPostgres;
beforeAll(async () => {
  await startInstallation({ DATA_DIR: folder.dataDir, SAMPLE: 'off' });
  server = await EmbeddedPostgres.open({ dataDir: folder.dataDir });
});
afterAll(() => server.stop());

async function examined(env: Environment = {}): Promise<{ status: number | null; findings: Finding[] }> {
  const { status, stdout } = await runHere(['doctor', '--json'], { DATA_DIR: folder.dataDir, ...env });
  const { healthy, findings } = JSON.parse(stdout);
  expect(status).toBe(healthy ? 0 : 1);
  return { status, findings };
}
const faultsOf = (findings: readonly Finding[]): [string, string][] =>
  findings.filter(({ state }) => state === 'fault').map(({ check, detail }) => [check, detail]);

async function asOwnerOfAll(sql: string): Promise<void> {
  const client = new Client({ connectionString: server.adminUrl() });
  await client.connect();
  await client.query(sql);
  await client.end();
}

describe('a healthy installation', () => {
  it('has a line for each thing, nothing to do, and status 0', async () => {
    const { status, stdout } = await run(['doctor'], { DATA_DIR: folder.dataDir });
    expect(stdout).not.toMatch(/^(?:warning|fault)/m);
    expect(status).toBe(0);
    const { findings } = await examined();
    expect(findings.map(({ detail }) => detail)).toContain(
      'No password and no answer is sealed under another root than k1.',
    );
    expect([...new Set(findings.map(({ check }) => check))]).toEqual([
      'configuration',
      'keys',
      'disk',
      'database',
      'schema',
      'roles',
      'queue',
      'mail',
      'worker',
      'anchors',
    ]);
  });
});

describe('a fault is named with what to do next', () => {
  it('in the configuration, without showing the value', async () => {
    const { status, stdout } = await run(['doctor'], { DATA_DIR: folder.dataDir, PORT: 'hidden-value' });
    expect({ status, stdout }).toEqual({
      status: 1,
      stdout: expect.stringMatching(/^fault +configuration +PORT must be a port.*docs\/configuration.md/),
    });
    expect(stdout).not.toContain('hidden-value');
  });

  it('where there is nothing, and nothing is made', async () => {
    const DATA_DIR = join(folder.dataDir, 'elsewhere');
    const { findings } = await examined({ DATA_DIR });
    expect(faultsOf(findings).map(([check]) => check)).toEqual(['keys', 'database']);
    expect(existsSync(DATA_DIR)).toBe(false);
  });

  it('in the keys, mail servers and anchors', async () => {
    const port = await freePort();
    const { findings } = await examined({
      LATCHKEY_KEYS: KeyRing.generate(),
      SMTP_URL: `smtp://user:sesame@127.0.0.1:${port}`,
      AUDIT_ANCHORS: `file://${folder.dataDir}/nowhere/anchors.ndjson`,
    });
    expect(faultsOf(findings)).toEqual([
      ['keys', expect.stringContaining('does not open what')],
      ['mail', expect.stringContaining(`127.0.0.1:${port} does not let us in`)],
      ['anchors', expect.stringContaining('nowhere/anchors.ndjson cannot be written')],
    ]);
    expect(findings.filter(({ state }) => state === 'fault').every(({ next }) => next)).toBe(true);
    expect(JSON.stringify(findings)).not.toContain('sesame');
  });

  it('in a database and a Redis that nobody answers for', async () => {
    const port = await freePort();
    const { findings } = await examined({
      DATABASE_URL: `postgresql://latchkey_app:sesame@127.0.0.1:${port}/latchkey`,
      REDIS_URL: `redis://127.0.0.1:${port}`,
    });
    expect(faultsOf(findings).map(([check]) => check)).toEqual(['database', 'queue']);
    expect(JSON.stringify(findings)).not.toContain('sesame');
  });

  it('in roles, row-level security, the schema and the clock of production', async () => {
    await asOwnerOfAll(`
      alter table users no force row level security;
      alter role latchkey_api_login bypassrls;
      grant latchkey_owner to latchkey_worker_login;
      update clock set offset_seconds = 7`);
    const production = {
      NODE_ENV: 'production',
      PUBLIC_URL: 'http://latchkey.example',
      LATCHKEY_KEYS: KeyRing.generate(),
      DATABASE_URL: server.loginUrl('latchkey_api_login'),
      SMTP_URL: 'smtp://127.0.0.1:1',
    };
    expect(faultsOf((await examined()).findings)).toEqual([
      ['roles', 'latchkey_api_login is a superuser or bypasses row-level security.'],
      ['roles', 'latchkey_worker_login can act as latchkey_audit.'],
      ['roles', 'latchkey_worker_login can act as latchkey_door.'],
      ['roles', 'latchkey_worker_login can act as latchkey_owner.'],
      ['roles', 'row-level security is not forced on users.'],
    ]);
    const inProduction = (await examined(production)).findings;
    expect(faultsOf(inProduction).map(([, detail]) => detail)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('PUBLIC_URL is not https'),
        expect.stringContaining('was moved by 7 s'),
      ]),
    );
    expect(inProduction).toContainEqual(expect.objectContaining({ check: 'anchors', state: 'warning' }));
    await asOwnerOfAll("delete from schema_migrations where name like '%-audit-sinks'");
    expect(faultsOf((await examined()).findings)).toContainEqual([
      'schema',
      '1 migrations have not run, first 202611232250-audit-sinks.',
    ]);
  });
});

describe.runIf(hasRedisServer())('a Redis', () => {
  it('that throws keys away is a fault; one that keeps them is not', async () => {
    const answers: Finding[] = [];
    for (const policy of ['allkeys-lru', 'noeviction']) {
      const redis = await startRedis({ options: ['--maxmemory-policy', policy] });
      const { findings } = await examined({ REDIS_URL: redis.url });
      answers.push(...findings.filter(({ check }) => check === 'queue'));
      await redis.stop();
    }
    expect(answers.map(({ state, detail }) => [state, detail])).toEqual([
      ['fault', 'Redis answers, with maxmemory-policy allkeys-lru.'],
      ['ok', expect.stringContaining('noeviction; AOF is off')],
    ]);
  });
});
