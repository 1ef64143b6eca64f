import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { foundAtRest } from '../chaos/at-rest.js';
import { type Backend, Installation } from '../chaos/installation.js';
import { Run } from '../chaos/run.js';
import { LossyWay } from '../support/lossy-way.js';
import { hasRedisServer } from '../support/redis.js';

const PER_SECOND = 20;

// Processes are started and killed many times, on a machine that may have other things to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let installation: Installation;
let run: Run;
beforeAll(async () => {
  installation = await Installation.open({ redis: hasRedisServer() });
  run = new Run(installation, 3);
});
afterAll(async () => {
  await run?.stop();
  await installation?.close();
});

const backends: [string, Backend, boolean][] = [
  ['PostgreSQL', 'postgres', true],
  ['Redis', 'redis', hasRedisServer()],
];

describe.each(backends)('the queue in %s', (_name, backend, can) => {
  it.runIf(can)('PostgreSQL killed and brought back under load, twice', async () => {
    await installation.useWorker(backend);
    await run.under(PER_SECOND, async () => {
      for (let kills = 0; kills < 2; kills += 1) {
        await sleep(800);
        await installation.postgres.kill();
      }
      await sleep(500);
    });
    expect(await run.violations()).toEqual([]);
  });

  it.runIf(can)('a COMMIT of the worker whose answer is lost', async () => {
    await installation.useWorker(backend);
    const way = await LossyWay.open();
    const lossy = installation.anotherWorker(backend, {
      DATABASE_URL: way.to(installation.postgres.workerUrl),
    });
    await installation.worker.stop();
    await lossy.start();
    await run.under(PER_SECOND, async () => {
      for (let losses = 0; losses < 5; losses += 1) {
        way.loseNextCommit();
        await sleep(250);
      }
    });
    await lossy.stop();
    way.close();
    await installation.worker.start();
    expect(await run.violations()).toEqual([]);
  });

  it.runIf(can)('a PostgreSQL that falls silent under load, and ends no connection', async () => {
    const way = await LossyWay.open();
    const url = new URL(way.to(installation.postgres.workerUrl));
    url.searchParams.set('silence_seconds', '3');
    await installation.useWorker(backend, { DATABASE_URL: url.href });
    await run.under(PER_SECOND, async () => {
      await sleep(500);
      way.fallSilent();
      await sleep(500);
    });
    expect(await run.violations()).toEqual([]);
    await installation.useWorker(backend);
    way.close();
  });
});

describe.runIf(hasRedisServer())('Redis', () => {
  it('flushed under load forgets nothing that counts', async () => {
    await installation.useWorker('redis');
    const client = new Redis(installation.redis?.url ?? '');
    await run.under(PER_SECOND, async () => {
      for (let flushes = 0; flushes < 4; flushes += 1) {
        await sleep(300);
        await client.flushall();
      }
    });
    client.disconnect();
    expect(await run.violations()).toEqual([]);
  });

  it('killed under load, and back empty after a while', async () => {
    await installation.useWorker('redis');
    await run.under(PER_SECOND, async () => {
      await sleep(500);
      await installation.redis?.kill();
      await sleep(1_500);
      await installation.redis?.startAgain();
      await sleep(500);
    });
    expect(await run.violations()).toEqual([]);
  });
});

it('no temporary password that was mailed stands in a file or a log', async () => {
  expect(installation.journal.mails.length).toBeGreaterThan(0);
  expect(await foundAtRest(installation)).toEqual([]);
});
