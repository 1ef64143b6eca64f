import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EmbeddedPostgres } from '../../libs/database/index.js';
import { KeyRing } from '../../libs/secrets/index.js';
import { runHere } from '../support/commands.js';
import { type Environment, run, useInstallationFolder } from '../support/processes.js';

const folder = useInstallationFolder();
const latchkey = (args: readonly string[], env: Environment = {}) =>
  runHere(args, { DATA_DIR: folder.dataDir, ...env });
const kept = () => readFileSync(join(folder.dataDir, 'keys'), 'utf8').trim();
interface Finding {
  check: string;
  state: string;
  detail: string;
}
const aboutKeys = async (env: Environment = {}): Promise<string[][]> => {
  const { findings } = JSON.parse((await latchkey(['doctor', '--json'], env)).stdout);
  return (findings as Finding[])
    .filter(({ check }) => check === 'keys')
    .map(({ state, detail }) => [state, detail]);
};
const OPENS = ['ok', 'LATCHKEY_KEYS opens what the installation has sealed.'];
const PRACTICE =
  'practice create --name Elm --username ada --display-name Ada --email ada@elm.example --password-file -';

let server: EmbeddedPostgres;
let first: string;
beforeAll(async () => {
  await latchkey(['migrate']);
  server = await EmbeddedPostgres.open({ dataDir: folder.dataDir });
  // Any command opens the product, which seals what is to be kept.
  await runHere(PRACTICE.split(' '), { DATA_DIR: folder.dataDir }, 'a walnut desk by the sea');
  first = kept();
});
afterAll(() => server.stop());

it('keys of the installation’s own get a new root in front, and still open what is stored', async () => {
  const { status, stdout } = await run(['keys', 'rotate'], { DATA_DIR: folder.dataDir });
  expect(status).toBe(0);
  expect(stdout).toContain('restart npm start');
  expect(kept()).toMatch(/^k2:\S{44},k1:\S{44}$/);
  expect(kept().endsWith(first)).toBe(true);
  expect(stdout).not.toContain(kept().slice(3, 20));
  expect(statSync(join(folder.dataDir, 'keys')).mode & 0o777).toBe(0o600);
  const old = ['warning', 'Passwords sealed under k1: 1; answers: 0.'];
  expect(await aboutKeys()).toEqual([OPENS, old]);
});

it('keys that a setting names are printed, once and alone, and nothing is written', async () => {
  const before = kept();
  const { status, stdout, stderr } = await latchkey(['keys', 'rotate'], { LATCHKEY_KEYS: before });
  expect(status).toBe(0);
  expect(stdout.trim()).toMatch(/^k3:\S{44},k2:\S{44},k1:\S{44}$/);
  expect(stderr).not.toContain(stdout.slice(3, 20));
  expect(kept()).toBe(before);
  expect(await aboutKeys({ LATCHKEY_KEYS: stdout.trim() })).toContainEqual(OPENS);
});

it('a root that passwords still hang on is missed before its owners do', async () => {
  const [current = ''] = kept().split(',');
  // Any command seals anew what the installation keeps for itself.
  await latchkey(['queue', 'status']);
  const [, missed] = await aboutKeys({ LATCHKEY_KEYS: current });
  expect(missed).toEqual(['fault', expect.stringMatching(/under k1: 1; .* nothing opens them/)]);
});

it('keys that do not open what is stored are not rotated', async () => {
  const before = kept();
  const refused = await latchkey(['keys', 'rotate'], { LATCHKEY_KEYS: KeyRing.generate() });
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr).toContain('LATCHKEY_KEYS does not open');
  expect(kept()).toBe(before);
});

it('with operators, one of them has to act', async () => {
  const added = await latchkey(['operator', 'add', 'wren', '--role', 'operator']);
  const before = kept();
  expect(await latchkey(['keys', 'rotate'])).toMatchObject({ status: 2, stdout: '' });
  expect(kept()).toBe(before);
  const rotated = await latchkey(['keys', 'rotate', '--json'], {
    LATCHKEY_OPERATOR_TOKEN: added.stdout.trim(),
  });
  expect(JSON.parse(rotated.stdout)).toEqual({ keyId: 'k3', file: join(folder.dataDir, 'keys') });
});
