import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { EmbeddedPostgres } from '../../libs/database/index.js';
import { runHere } from '../support/commands.js';
import {
  type Environment,
  type Installation,
  run,
  startInstallation,
  useInstallationFolder,
} from '../support/processes.js';
import { askForReset, signedIn, trySignIn } from '../support/sample-practice.js';

const PASSWORD = 'a walnut desk in the rain';
const PRACTICE_ID = /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/;

const folder = useInstallationFolder();
const latchkey = (args: readonly string[], env: Environment = {}, input = '') =>
  runHere(args, { DATA_DIR: folder.dataDir, ...env }, input);
const started = (args: readonly string[], env: Environment = {}, input = '') =>
  run(args, { DATA_DIR: folder.dataDir, ...env }, input);
let visitor: EmbeddedPostgres | undefined;
let running: Installation;
afterAll(() => visitor?.stop());

const creation = (...more: string[]): string[] => {
  const administrator = ['--username', 'ada', '--display-name', 'Ada', '--email', 'ada@elm.example'];
  return ['practice', 'create', '--name', 'Elm Dental', ...administrator, '--password-file', '-', ...more];
};
const seeding = (practices: number, users: number): string[] => {
  const size = ['--practices', String(practices), '--users', String(users)];
  return ['demo', 'seed', ...size, '--password', PASSWORD, '--answer', 'A Green Door'];
};

describe('migrate', () => {
  it('makes the embedded database, once', async () => {
    const first = await started(['migrate', '--json']);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(first.stdout).migrated.length).toBeGreaterThan(0);
    // Held open from here on: each command would otherwise start and stop the server for itself.
    visitor = await EmbeddedPostgres.open({ dataDir: folder.dataDir });
    expect(await latchkey(['migrate'])).toEqual({
      status: 0,
      stdout: 'The schema is current.\n',
      stderr: '',
    });
  });

  it('says with status 1 that a database of somebody else needs its administrator', async () => {
    const env = { DATABASE_URL: visitor?.adminUrl('postgres') ?? '' };
    const refused = await latchkey(['migrate'], env);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('DATABASE_ADMIN_URL');
  });
});

describe('demo seed', () => {
  it('fills practices whose people are all known', async () => {
    const seeded = await latchkey([...seeding(2, 4), '--mail-domain', 'oak.example', '--json']);
    expect(seeded).toMatchObject({ status: 0, stderr: '' });
    const { practices } = JSON.parse(seeded.stdout);
    expect(practices).toEqual([
      {
        practiceId: expect.stringMatching(PRACTICE_ID),
        administrator: 'u0',
        auditor: 'u1',
        users: ['u0', 'u1', 'u2', 'u3'],
      },
      {
        practiceId: expect.stringMatching(PRACTICE_ID),
        administrator: 'u4',
        auditor: 'u5',
        users: ['u4', 'u5', 'u6', 'u7'],
      },
    ]);
    running = await startInstallation({ DATA_DIR: folder.dataDir });
    // Not empty any more, so no sample was put beside it.
    expect(running.text.stderr).not.toContain('Sample practice');
    const headers = await signedIn(running.http, practices[1].practiceId, 'u4', PASSWORD);
    const { body } = await running.http.get('/api/v1/users').set(headers).expect(200);
    expect(body.items.map(({ email }: { email: string }) => email).toSorted()).toContain('u7@oak.example');
    await askForReset(running.http, practices[1].practiceId, 'u7', 'a green door');
  });

  it('is used wrongly with too few users, without what it needs, or with words for numbers', async () => {
    for (const args of [
      seeding(1, 2),
      seeding(0, 3),
      ['demo', 'seed'],
      [...seeding(1, 3), '--audit-events', 'many'],
    ]) {
      const refused = await latchkey(args);
      expect(refused).toMatchObject({ status: 2, stdout: '' });
      expect(refused.stderr).not.toBe('');
    }
  });
});

describe('practice create', () => {
  it('prints the Practice ID of a practice whose administrator can sign in', async () => {
    const created = await started(creation(), {}, `${PASSWORD}\n`);
    expect(created).toMatchObject({ status: 0, stderr: '' });
    expect(created.stdout.trim()).toMatch(PRACTICE_ID);
    await trySignIn(running.http, created.stdout.trim(), 'ada', PASSWORD).expect(201);
  });

  it('takes the password from a file, and prints JSON when asked', async () => {
    const file = join(folder.dataDir, 'password');
    writeFileSync(file, PASSWORD, { mode: 0o600 });
    const created = await latchkey(creation('--json').map((word) => (word === '-' ? file : word)));
    expect(created).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(created.stdout).practiceId).toMatch(PRACTICE_ID);
  });

  it('says what is wrong with the input, with status 2 and never the password', async () => {
    const short = await started(creation(), {}, 'tiny canary\n');
    expect(short).toMatchObject({ status: 2, stdout: '' });
    expect(short.stderr).toContain('at least 15 characters');
    const address = creation().map((word) => word.replace('ada@elm.example', 'nowhere'));
    const refused = await latchkey(address, {}, `${PASSWORD}\n`);
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toContain('administrator.email');
    expect(short.stderr + refused.stderr).not.toMatch(/canary|walnut/);
    const missing = creation().map((word) => (word === '-' ? '/nowhere/password' : word));
    expect((await latchkey(missing)).status).toBeGreaterThan(0);
  });
});

describe('clock advance', () => {
  it('moves the time of what runs, and says by how much', async () => {
    const first = await latchkey(['clock', 'advance', '3600', '--json']);
    expect(first).toEqual({ status: 0, stdout: '{"offsetSeconds":3600}\n', stderr: '' });
    const { stdout } = await started(['clock', 'advance', '60']);
    expect(stdout).toContain('3660 s');
    const created = await latchkey(creation('--json'), {}, PASSWORD);
    const session = await trySignIn(
      running.http,
      JSON.parse(created.stdout).practiceId,
      'ada',
      PASSWORD,
    ).expect(201);
    expect(Date.parse(session.body.expiresAt) - Date.now()).toBeGreaterThan(3_660_000);
  });

  it('wants a whole number', async () => {
    expect(await latchkey(['clock', 'advance', 'soon'])).toMatchObject({ status: 2, stdout: '' });
  });
});

describe('audit verify', () => {
  it('walks every chain, or that of one practice', async () => {
    const all = await latchkey(['audit', 'verify', '--json']);
    expect(all).toMatchObject({ status: 0, stderr: '' });
    const { practices } = JSON.parse(all.stdout);
    expect(practices).toHaveLength(5);
    for (const practice of practices) expect(practice).toMatchObject({ intact: true });
    expect(await latchkey(['audit', 'verify', '--practice', 'AAAAA-AAAAA'])).toMatchObject({ status: 2 });
  });

  it('ends with status 1 and names the practice whose trail somebody has edited', async () => {
    const client = new Client({ connectionString: visitor?.adminUrl() ?? '' });
    await client.connect();
    await client.query('alter table audit_events disable trigger user');
    const { rows } = await client.query(
      `update audit_events set body = replace(body, 'operator', 'system') where ctid =
        (select ctid from audit_events where body like '%operator%' limit 1) returning practice_id`,
    );
    await client.query('alter table audit_events enable trigger user');
    await client.end();
    const broken = await started(['audit', 'verify']);
    expect(broken.status).toBe(1);
    expect(broken.stdout).toMatch(
      new RegExp(`BROKEN ${rows[0].practice_id}: Entry \\d+ is not the one that`),
    );
    expect(broken.stdout).toContain('1 broken');
  });
});

describe('every command', () => {
  it('has --help with status 0, and refuses what it does not know with status 2', async () => {
    for (const command of [
      'serve',
      'worker',
      'migrate',
      'practice create',
      'demo seed',
      'clock advance',
      'audit verify',
      'audit export',
      'audit prove',
      'audit key',
    ]) {
      const help = await latchkey([...command.split(' '), '--help']);
      expect(help).toMatchObject({ status: 0, stderr: '' });
      expect(help.stdout).toContain(`Usage: latchkey ${command}`);
    }
    expect(await started(['unlock'])).toMatchObject({ status: 2, stdout: '' });
    expect(await started(['--help'])).toMatchObject({ status: 0, stderr: '' });
    expect(await latchkey(['migrate', '--force'])).toMatchObject({ status: 2, stdout: '' });
    expect(await latchkey(['migrate'], { PORT: 'high' })).toMatchObject({ status: 2, stdout: '' });
  });

  it('that would change time or fill in data is refused in production', async () => {
    const env = {
      NODE_ENV: 'production',
      DATABASE_URL: 'postgresql://u:p@127.0.0.1:1/latchkey',
      SMTP_URL: 'smtp://127.0.0.1:1',
      PUBLIC_URL: 'https://latchkey.example',
      LATCHKEY_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    };
    for (const args of [['clock', 'advance', '1'], seeding(1, 3)]) {
      const refused = await latchkey(args, env);
      expect(refused).toMatchObject({ status: 1, stdout: '' });
      expect(refused.stderr).toContain('production');
    }
  });
});
