import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedPostgres } from '../../libs/database/index.js';
import { runHere } from '../support/commands.js';
import { type Environment, run, useInstallationFolder } from '../support/processes.js';

const PASSWORD = 'a walnut desk in the rain';
const files = mkdtempSync(join(tmpdir(), 'latchkey-trails-'));
const folder = useInstallationFolder();
const latchkey = (args: readonly string[], env: Environment = {}) =>
  runHere(args, { DATA_DIR: folder.dataDir, ...env }, PASSWORD);
const started = (args: readonly string[], env: Environment = {}) =>
  run(args, { DATA_DIR: folder.dataDir, ...env }, PASSWORD);
const as = (token: string): Environment => ({ LATCHKEY_OPERATOR_TOKEN: token });
const good = async (args: readonly string[], env: Environment = {}) => {
  const { status, stdout, stderr } = await latchkey(args, env);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};

let server: EmbeddedPostgres | undefined;
let practices: string[] = [];
let wren = '';
let owl = '';
beforeAll(async () => {
  await latchkey(['migrate']);
  server = await EmbeddedPostgres.open({ dataDir: folder.dataDir });
  const size = ['--practices', '3', '--users', '3', '--audit-events', '60'];
  const seeded = await good(['demo', 'seed', ...size, '--password', PASSWORD, '--answer', 'Elm', '--json']);
  practices = JSON.parse(seeded).practices.map(({ practiceId }: { practiceId: string }) => practiceId);
  const added = async (name: string, role: string, env: Environment = {}) =>
    JSON.parse(await good(['operator', 'add', name, '--role', role, '--json'], env)).token;
  wren = await added('wren', 'operator');
  owl = await added('owl', 'auditor', as(wren));
});
afterAll(async () => {
  await server?.stop();
  rmSync(files, { recursive: true });
});

async function asLogin<Row>(login: string, ...statements: string[]): Promise<Row[]> {
  const url = login === 'admin' ? server?.adminUrl() : server?.loginUrl(login);
  const client = new Client({ connectionString: url ?? '' });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows as Row[];
    return rows;
  } finally {
    await client.end();
  }
}
const readings = () =>
  asLogin<{ action: string; actor_id: string; n: number }>(
    'admin',
    `select action, actor_id, count(*)::int as n from audit_events
     where actor_id = 'operator:owl' group by 1, 2 order by 1`,
  );

describe('the platform’s auditor', () => {
  it('searches the trails of all practices, and each of them says so', async () => {
    const found = (await good(['audit', 'search', '--all', '--action', 'user.created'], as(owl)))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(found.map(({ practiceId }) => practiceId))).toEqual(new Set(practices));
    expect(new Set(found.map(({ action }) => action))).toEqual(new Set(['user.created']));
    expect(await readings()).toEqual([{ action: 'audit.searched', actor_id: 'operator:owl', n: 3 }]);
    const one = await good(['audit', 'search', '--practice', practices[1] ?? '', '--limit', '5'], as(owl));
    expect(one.trimEnd().split('\n')).toHaveLength(5);
    expect(await readings()).toMatchObject([{ n: 4 }]);
  });

  it('takes each trail as a file that can be checked', async () => {
    const output = join(files, 'all');
    await good(['audit', 'export', '--all', '--output', output], as(owl));
    expect(readdirSync(output).toSorted()).toEqual(practices.map((code) => `${code}.ndjson`).toSorted());
    const key = join(files, 'public.pem');
    writeFileSync(key, await good(['audit', 'key']));
    for (const file of readdirSync(output)) {
      const checked = await good(['audit', 'verify', join(output, file), '--key', key]);
      expect(checked).toContain('is intact');
      expect(readFileSync(join(output, file), 'utf8')).toContain('"audit.searched"');
    }
    expect((await readings()).map(({ action, n }) => [action, n])).toEqual([
      ['audit.export-finished', 3],
      ['audit.exported', 3],
      ['audit.searched', 4],
    ]);
  });

  it('is not somebody who may also act, nor whoever has no token, and says which practice or all', async () => {
    const search = ['audit', 'search', '--all'];
    const acting = await started(search, as(wren));
    expect(acting).toMatchObject({ status: 1, stdout: '' });
    expect(acting.stderr).toContain('role auditor');
    expect(await latchkey(search)).toMatchObject({ status: 2, stdout: '' });
    const wrong = [
      ['audit', 'search'],
      ['audit', 'export'],
      ['audit', 'search', '--all', '--practice', practices[0] ?? ''],
      ['audit', 'search', '--practice', '00000-00000'],
      ['audit', 'search', '--all', '--from', 'yesterday'],
      ['audit', 'search', '--all', '--limit', '201'],
    ];
    for (const refused of await Promise.all(wrong.map((args) => latchkey(args, as(owl))))) {
      expect(refused).toMatchObject({ status: 2, stdout: '' });
    }
  });
});

describe('the role latchkey_auditor', () => {
  const role = 'set role latchkey_auditor';
  const inside = (id: string) => `select set_config('app.practice', '${id}', false)`;
  let tenant = '';
  beforeAll(async () => {
    const [row] = await asLogin<{ id: string }>('admin', 'select practice_id as id from practices limit 1');
    tenant = row?.id ?? '';
  });

  it('is taken by its own login and by no running process', async () => {
    for (const login of ['latchkey_api_login', 'latchkey_worker_login']) {
      await expect(asLogin(login, role)).rejects.toMatchObject({ code: '42501' });
    }
    for (const other of [
      'latchkey_api',
      'latchkey_worker',
      'latchkey_owner',
      'latchkey_audit',
      'latchkey_door',
    ]) {
      await expect(asLogin('latchkey_auditor_login', `set role ${other}`)).rejects.toMatchObject({
        code: '42501',
      });
    }
  });

  it('sees one practice’s trail at a time, and nothing but trails', async () => {
    const auditor = (...statements: string[]) =>
      asLogin<{ n: number }>('latchkey_auditor_login', role, ...statements);
    const count = 'select count(distinct practice_id)::int as n from audit_events';
    expect(await auditor(count)).toEqual([{ n: 0 }]);
    expect(await auditor(inside(tenant), count)).toEqual([{ n: 1 }]);
    for (const table of [
      'users',
      'passwords',
      'sessions',
      'deliveries',
      'password_resets',
      'operators',
      'outbox',
    ]) {
      await expect(auditor(inside(tenant), `select 1 from ${table}`), table).rejects.toMatchObject({
        code: '42501',
      });
    }
    for (const change of [
      'delete from audit_events',
      'update audit_personal set shown = shown',
      'insert into audit_events select * from audit_events',
      'delete from audit_checkpoints',
      "select audit_forget('x')",
    ]) {
      await expect(auditor(inside(tenant), change), change).rejects.toMatchObject({ code: '42501' });
    }
  });
});
