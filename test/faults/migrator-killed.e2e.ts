import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { KeyRing } from '../../libs/secrets/index.js';
import { ArmedFailpoints } from '../chaos/failpoints.js';
import { launch, run } from '../support/processes.js';
import { createTestDatabase } from '../support/test-database.js';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-failpoints-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const failpoints = new ArmedFailpoints(folder);
const ARMED = { NODE_OPTIONS: '--conditions=latchkey-failpoints', LATCHKEY_FAILPOINTS: folder };

it('a migrator that is killed in the middle is carried on by the next one', async () => {
  const database = await createTestDatabase();
  const env = {
    DATABASE_URL: database.apiUrl,
    DATABASE_ADMIN_URL: database.adminUrl,
    LATCHKEY_KEYS: KeyRing.generate(),
  };
  await database.query('drop schema bullmq cascade');
  failpoints.arm('migration.applied');
  const killed = launch(['migrate'], { ...env, ...ARMED });
  expect(await killed.ended).toMatchObject({ signal: 'SIGKILL' });
  const queue = () => database.query("select 1 from pg_namespace where nspname = 'bullmq'");
  expect(await queue()).toEqual([]);
  expect(await run(['migrate'], { ...env, ...ARMED })).toMatchObject({ status: 0 });
  expect(await queue()).toHaveLength(1);
  await database.drop();
});

it('a product started without the condition passes an armed step', async () => {
  const database = await createTestDatabase();
  failpoints.arm('migration.applied');
  const env = {
    DATABASE_URL: database.apiUrl,
    DATABASE_ADMIN_URL: database.adminUrl,
    LATCHKEY_KEYS: KeyRing.generate(),
    LATCHKEY_FAILPOINTS: folder,
  };
  expect(await run(['migrate'], env)).toMatchObject({ status: 0 });
  expect(existsSync(join(folder, 'migration.applied'))).toBe(true);
  await database.drop();
});

it('production does not start with it', async () => {
  const { status, stderr } = await run(['migrate'], { ...ARMED, NODE_ENV: 'production' });
  expect(status).not.toBe(0);
  expect(stderr).toContain('Failpoints are for tests, not for production');
});
