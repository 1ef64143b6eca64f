import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EmbeddedPostgres } from '../../libs/database/index.js';
import { KeyRing } from '../../libs/secrets/index.js';
import { type Environment, run, useInstallationFolder } from '../support/processes.js';

const folder = useInstallationFolder();
const latchkey = (args: readonly string[], env: Environment = {}) =>
  run(args, { DATA_DIR: folder.dataDir, ...env });
const kept = () => readFileSync(join(folder.dataDir, 'keys'), 'utf8').trim();
const keysAre = async (env: Environment = {}) => {
  const { findings } = JSON.parse((await latchkey(['doctor', '--json'], env)).stdout);
  return findings.find(({ check }: { check: string }) => check === 'keys').state;
};

let server: EmbeddedPostgres;
let first: string;
beforeAll(async () => {
  await latchkey(['migrate']);
  server = await EmbeddedPostgres.open({ dataDir: folder.dataDir });
  // Any command opens the product, which seals what is to be kept.
  await latchkey(['queue', 'status']);
  first = kept();
});
afterAll(() => server.stop());

it('keys of the installation’s own get a new root in front, and still open what is stored', async () => {
  const { status, stdout } = await latchkey(['keys', 'rotate']);
  expect(status).toBe(0);
  expect(stdout).toContain('restart npm start');
  expect(kept()).toMatch(/^k2:\S{44},k1:\S{44}$/);
  expect(kept().endsWith(first)).toBe(true);
  expect(stdout).not.toContain(kept().slice(3, 20));
  expect(statSync(join(folder.dataDir, 'keys')).mode & 0o777).toBe(0o600);
  expect(await keysAre()).toBe('ok');
});

it('keys that a setting names are printed, once and alone, and nothing is written', async () => {
  const before = kept();
  const { status, stdout, stderr } = await latchkey(['keys', 'rotate'], { LATCHKEY_KEYS: before });
  expect(status).toBe(0);
  expect(stdout.trim()).toMatch(/^k3:\S{44},k2:\S{44},k1:\S{44}$/);
  expect(stderr).not.toContain(stdout.slice(3, 20));
  expect(kept()).toBe(before);
  expect(await keysAre({ LATCHKEY_KEYS: stdout.trim() })).toBe('ok');
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
