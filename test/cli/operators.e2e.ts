import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyRing } from '#secrets';
import { EmbeddedPostgres } from '../../libs/database/index.js';
import { runHere } from '../support/commands.js';
import {
  type Environment,
  processTree,
  run,
  startInstallation,
  useInstallationFolder,
} from '../support/processes.js';

const PASSWORD = 'a walnut desk in the rain';
const REASON = 'Ticket 4711: both passwords are lost';
const TOKEN = /^latchkey_operator_[A-Za-z0-9_-]{43}$/;

const folder = useInstallationFolder();
const latchkey = (args: readonly string[], env: Environment = {}) =>
  runHere(args, { DATA_DIR: folder.dataDir, ...env }, PASSWORD);
const started = (args: readonly string[], env: Environment = {}) =>
  run(args, { DATA_DIR: folder.dataDir, ...env }, PASSWORD);
const as = (token: string): Environment => ({ LATCHKEY_OPERATOR_TOKEN: token });
const json = async (args: readonly string[], env: Environment = {}) => {
  const { status, stdout, stderr } = await latchkey([...args, '--json'], env);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
};

let server: EmbeddedPostgres | undefined;
let practiceId = '';
let wren = '';
let finch = '';
let owl = '';
beforeAll(async () => {
  await latchkey(['migrate']);
  // Held open: each command would otherwise start and stop the server for itself.
  server = await EmbeddedPostgres.open({ dataDir: folder.dataDir });
  const seeding = ['--practices', '1', '--users', '3', '--password', PASSWORD, '--answer', 'A Green Door'];
  practiceId = (await json(['demo', 'seed', ...seeding])).practices[0].practiceId;
});
afterAll(() => server?.stop());

const creation = (): string[] => {
  const administrator = ['--username', 'ada', '--display-name', 'Ada', '--email', 'ada@elm.example'];
  return ['practice', 'create', '--name', 'Elm Dental', ...administrator, '--password-file', '-'];
};
/** As the server's superuser, who sees through row-level security. */
async function asOwnerOfAll(sql: string): Promise<{ actor_id: string }[]> {
  const client = new Client({ connectionString: server?.adminUrl() ?? '' });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}
const about = (username: string) => ['--practice', practiceId, '--username', username, '--reason', REASON];

describe('as long as there is no operator', () => {
  it('whoever types may act', async () => {
    await json(creation());
    const { resetId } = await json(['user', 'reset-password', ...about('u2')]);
    expect(resetId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('user reset-password takes the stored address only, and says what is wrong with status 1 or 2', async () => {
    const refusals: [string[], number, string][] = [
      [['user', 'reset-password', ...about('nobody')], 1, 'no user of that name'],
      [['user', 'reset-password', ...about('u2'), '--email', 'thief@moor.example'], 2, 'unknown option'],
      [['user', 'reset-password', ...about('u2').slice(0, 4)], 2, '--reason'],
      [['user', 'reset-password', ...about('u2').slice(0, 5), 'help'], 2, 'at least 10 characters'],
    ];
    for (const [args, status, words] of refusals) {
      const refused = await latchkey(args);
      expect(refused).toMatchObject({ status, stdout: '' });
      expect(refused.stderr).toContain(words);
    }
  });

  it('support needs two, and says so', async () => {
    const refused = await latchkey(['support', 'grant', ...about('u0')]);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('latchkey operator add');
  });
});

describe('operator add', () => {
  it('prints the token once, alone on stdout', async () => {
    const added = await started(['operator', 'add', 'Wren', '--role', 'operator']);
    wren = added.stdout.trim();
    expect(added.status).toBe(0);
    expect(wren).toMatch(TOKEN);
    expect(added.stderr).toContain('not shown again');
    expect(added.stderr).not.toContain(wren);
  });

  it('needs the token of an operator from the second on', async () => {
    const args = ['operator', 'add', 'finch', '--role', 'operator'];
    expect(await latchkey(args)).toMatchObject({ status: 2, stdout: '' });
    const added = await json(args, as(wren));
    expect(added).toEqual({ name: 'finch', role: 'operator', token: expect.stringMatching(TOKEN) });
    finch = added.token;
    expect(await latchkey(args, as(wren))).toMatchObject({ status: 1, stdout: '' });
    owl = (await json(['operator', 'add', 'owl', '--role', 'auditor'], as(wren))).token;
    for (const wrong of [
      ['operator', 'add', 'lark'],
      ['operator', 'add', 'lark', '--role', 'root'],
      ['operator', 'add', 'a lark', '--role', 'operator'],
    ]) {
      expect(await latchkey(wrong, as(wren))).toMatchObject({ status: 2, stdout: '' });
    }
  });

  it('keeps no token anywhere: the list shows names, roles and who added whom', async () => {
    const { operators } = await json(['operator', 'list'], as(owl));
    expect(
      operators.map(({ name, role, createdBy }: Record<string, string>) => [name, role, createdBy]),
    ).toEqual([
      ['finch', 'operator', 'operator:wren'],
      ['owl', 'auditor', 'operator:wren'],
      ['wren', 'operator', expect.stringMatching(/^cli:/)],
    ]);
    expect(JSON.stringify(operators)).not.toContain('latchkey_operator_');
  });
});

describe('from the first operator on', () => {
  it('commands that act on data want a token, and say how to give it; a wrong one is refused', async () => {
    const commands = [creation(), ['audit', 'verify'], ['operator', 'list'], ['support', 'list']];
    for (const refused of await Promise.all(commands.map((args) => latchkey(args)))) {
      expect(refused).toMatchObject({ status: 2, stdout: '' });
      expect(refused.stderr).toContain('--operator-token-file');
    }
    const unknown = wren.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'));
    expect(await latchkey(creation(), as(unknown))).toMatchObject({ status: 1, stdout: '' });
    expect((await latchkey(['migrate'])).status).toBe(0);
    expect((await latchkey(['clock', 'advance', '1'])).status).toBe(0);
  });

  it('a token comes from a file or the environment, and an auditor may only look', async () => {
    const file = join(folder.dataDir, 'token');
    writeFileSync(file, `${wren}\n`, { mode: 0o600 });
    const taken = await Promise.all([
      latchkey([...creation(), '--operator-token-file', file]),
      latchkey(['audit', 'verify'], { LATCHKEY_OPERATOR_TOKEN_FILE: file }),
      latchkey(['audit', 'verify'], as(owl)),
    ]);
    expect(taken.map(({ status }) => status)).toEqual([0, 0, 0]);
    const acts = [creation(), ['operator', 'revoke', 'wren'], ['support', 'grant', ...about('u0')]];
    for (const refused of await Promise.all(acts.map((args) => latchkey(args, as(owl))))) {
      expect(refused).toMatchObject({ status: 1, stdout: '' });
      expect(refused.stderr).toContain('auditor');
    }
  });

  it('user reset-password is no way around the second pair of eyes', async () => {
    for (const env of [{}, as(wren)]) {
      const refused = await latchkey(['user', 'reset-password', ...about('u2')], env);
      expect(refused).toMatchObject({ status: 1, stdout: '' });
      expect(refused.stderr).toContain('latchkey support grant');
    }
  });
});

it('practices’ trails name who typed: the machine’s user before, the operator since', async () => {
  const rows = await asOwnerOfAll(
    `select actor_id from audit_events where action = 'practice.opened' order by at desc limit 2`,
  );
  expect(rows.map(({ actor_id }) => actor_id)).toEqual(['operator:wren', expect.stringMatching(/^cli:/)]);
});

describe('support', () => {
  it('takes a proposal and an approval of two operators, and can be cancelled by either', async () => {
    const proposed = await json(['support', 'grant', ...about('U0')], as(wren));
    expect(proposed).toMatchObject({ state: 'proposed', username: 'u0', proposedBy: 'wren', reason: REASON });
    const own = await latchkey(['support', 'approve', proposed.id], as(wren));
    expect(own).toMatchObject({ status: 1, stdout: '' });
    expect(own.stderr).toContain('second operator');
    const approved = await started(['support', 'approve', proposed.id], as(finch));
    expect(approved).toMatchObject({ status: 0, stderr: '' });
    expect(approved.stdout).toContain('administrators are told now');
    const { items } = await json(['support', 'list'], as(owl));
    expect(items).toMatchObject([{ id: proposed.id, state: 'approved', approvedBy: 'finch' }]);
    expect(await json(['support', 'cancel', proposed.id], as(wren))).toMatchObject({ state: 'cancelled' });
    expect((await latchkey(['support', 'list'], as(owl))).stdout).toBe('There are no grants.\n');
    const all = await json(['support', 'list', '--practice', practiceId], as(owl));
    expect(all.items).toMatchObject([{ state: 'cancelled' }]);
  });

  it('refuses with status 1 whom an administrator can help, and with 2 what it cannot read', async () => {
    const staff = await latchkey(['support', 'grant', ...about('u2')], as(wren));
    expect(staff).toMatchObject({ status: 1, stdout: '' });
    expect(staff.stderr).toContain('not an active administrator');
    expect((await latchkey(['support', 'approve', 'soon'], as(wren))).status).toBe(2);
    const unknown = '01a209b3-1c99-7e4c-870f-55b3a5aca9df';
    expect((await latchkey(['support', 'approve', unknown], as(wren))).status).toBe(1);
  });
});

describe('operator revoke', () => {
  it('ends a token at once, and keeps the last operator until that is said in so many words', async () => {
    expect((await latchkey(['operator', 'revoke', 'finch'], as(wren))).status).toBe(0);
    expect((await latchkey(['operator', 'revoke', 'finch'], as(wren))).status).toBe(1);
    expect((await latchkey(['operator', 'list'], as(finch))).status).toBe(1);
    const last = await latchkey(['operator', 'revoke', 'wren'], as(wren));
    expect(last).toMatchObject({ status: 1, stdout: '' });
    expect(last.stderr).toContain('--last');
    expect(await json(['operator', 'revoke', 'wren', '--last'], as(wren))).toEqual({ revoked: 'wren' });
  });

  it('of all brings no installation without operators back: only a new one may act', async () => {
    expect(await latchkey(creation())).toMatchObject({ status: 2, stdout: '' });
    const reused = await latchkey(['operator', 'add', 'wren', '--role', 'operator']);
    expect(reused.stderr).toContain('names are not used again');
    const robin = (await json(['operator', 'add', 'robin', '--role', 'operator'])).token;
    expect((await latchkey(creation(), as(robin))).status).toBe(0);
  });
});

describe('every command of operators', () => {
  it.each([
    'operator add',
    'operator list',
    'operator revoke',
    'support grant',
    'support approve',
    'support cancel',
    'support list',
    'user reset-password',
  ])('%s has --help and --json', async (command) => {
    const help = await latchkey([...command.split(' '), '--help']);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toContain(`Usage: latchkey ${command}`);
    expect(help.stdout).toContain('--json');
  });

  it('asks for four eyes in production, also without operators', async () => {
    const env = {
      NODE_ENV: 'production',
      DATABASE_URL: server?.loginUrl('latchkey_api_login') ?? '',
      SMTP_URL: 'smtp://127.0.0.1:1',
      PUBLIC_URL: 'https://latchkey.example',
      LATCHKEY_KEYS_FILE: join(folder.dataDir, 'keys'),
    };
    const refused = await latchkey(['user', 'reset-password', ...about('u2')], env);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('support grant');
    const foreign = { ...env, LATCHKEY_KEYS_FILE: '', LATCHKEY_KEYS: KeyRing.generate() };
    const before = performance.now();
    const wrongKeys = await started(['user', 'reset-password', ...about('u2')], foreign);
    expect(wrongKeys).toMatchObject({ status: 1, stdout: '' });
    expect(wrongKeys.stderr).toContain('LATCHKEY_KEYS');
    // At once, and not when its last idle connection has timed out.
    expect(performance.now() - before).toBeLessThan(20_000);
    const register = await latchkey(['operator', 'add', 'lark', '--role', 'operator'], env);
    expect(register).toMatchObject({ status: 1, stdout: '' });
    expect(register.stderr).toContain('DATABASE_ADMIN_URL');
  });
});

// Last: a starter that ends takes the server along that the commands above share.
it('a token in the starter’s environment reaches neither API nor worker', async () => {
  const running = await startInstallation({ DATA_DIR: folder.dataDir, ...as(wren) });
  const children = processTree(running.pid).filter((pid) => pid !== running.pid);
  const environments = children.map((pid) => readFileSync(`/proc/${pid}/environ`, 'utf8'));
  running.signal('SIGTERM');
  await running.ended;
  expect(environments.filter((text) => text.includes('LATCHKEY_KEYS='))).toHaveLength(2);
  expect(environments.join()).not.toMatch(/LATCHKEY_OPERATOR_TOKEN|DATABASE_ADMIN_URL/);
});
