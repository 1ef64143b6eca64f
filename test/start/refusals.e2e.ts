import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, run } from '../support/processes.js';

const CANARY = 'canary-8f1d';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp('/tmp/latchkey-refusals-');
});
afterAll(() => rm(folder, { recursive: true }));

/** A start that must not come about: its status and its lines. */
async function refused(env: Environment): Promise<{ status: number | null; lines: string[] }> {
  const dataDir = join(folder, 'data');
  const { status, stdout, stderr } = await run(['start'], { DATA_DIR: dataDir, PORT: '0', ...env });
  expect(stdout).toBe('');
  expect(stderr).not.toContain(CANARY);
  // Nothing was begun: no folder, no keys, no database.
  expect(existsSync(dataDir)).toBe(false);
  return { status, lines: stderr.trim().split('\n') };
}

describe('a port that is taken', () => {
  it('is one clear line and status 1, at once', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const from = performance.now();
    const { status, lines } = await refused({ PORT: String(port) });
    expect(status).toBe(1);
    expect(lines).toEqual([
      `PORT ${port} is taken on 127.0.0.1: stop what listens there, or set PORT to another`,
    ]);
    expect(performance.now() - from).toBeLessThan(10_000);
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('a bad configuration', () => {
  it('stops the boot with the name of every variable at fault, never a value', async () => {
    const bad: Environment = {
      PORT: `70000${CANARY}`,
      HOST: `no host ${CANARY}`,
      DATABASE_URL: `mysql://u:${CANARY}@db/latchkey`,
      REDIS_URL: `redis://localhost,http://${CANARY}`,
      SMTP_URL: `http://${CANARY}`,
      PUBLIC_URL: `https://latchkey.example/${CANARY}`,
      ROLES: `api,${CANARY}`,
      CLOCK_OFFSET_SECONDS: `1${CANARY}`,
      LOG_LEVEL: CANARY,
    };
    const { status, lines } = await refused(bad);
    expect(status).toBeGreaterThan(0);
    expect(lines).toHaveLength(1);
    for (const name of Object.keys(bad)) expect(lines[0]).toContain(name);
  });

  it.each([{ LATCHKEY_KEYS: `k1:${CANARY}` }, { MAIL_FROM: `${CANARY}, two` }] as Environment[])(
    'is one line also when it is the only fault: %o',
    async (env) => {
      const { status, lines } = await refused(env);
      expect(status).toBeGreaterThan(0);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(Object.keys(env)[0]);
    },
  );

  it('names those given as files by the name of the file variable where that is at fault', async () => {
    await writeFile(join(folder, 'smtp-url'), `gopher://${CANARY}\n`);
    const { lines } = await refused({
      SMTP_URL_FILE: join(folder, 'smtp-url'),
      MAIL_FROM_FILE: join(folder, `missing-${CANARY}`),
      RATE_LIMIT_FACTOR: `-1${CANARY}`,
    });
    expect(lines).toHaveLength(1);
    for (const name of ['SMTP_URL', 'MAIL_FROM_FILE', 'RATE_LIMIT_FACTOR']) expect(lines[0]).toContain(name);
  });
});

describe('production', () => {
  it('refuses to start without what it must be given, all named at once', async () => {
    const { status, lines } = await refused({ NODE_ENV: 'production' });
    expect(status).toBeGreaterThan(0);
    expect(lines).toHaveLength(1);
    for (const name of ['DATABASE_URL', 'SMTP_URL', 'PUBLIC_URL', 'LATCHKEY_KEYS']) {
      expect(lines[0]).toContain(name);
    }
  });

  it('refuses a clock that is not the real one', async () => {
    const { lines } = await refused({
      NODE_ENV: 'production',
      DATABASE_URL: `postgresql://u:${CANARY}@127.0.0.1:1/latchkey`,
      SMTP_URL: 'smtp://127.0.0.1:1',
      PUBLIC_URL: 'https://latchkey.example',
      LATCHKEY_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
      CLOCK_OFFSET_SECONDS: '60',
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('CLOCK_OFFSET_SECONDS');
  });
});
