import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { foundAtRest } from '../chaos/at-rest.js';
import { Installation } from '../chaos/installation.js';
import { Run } from '../chaos/run.js';
import { hasRedisServer } from '../support/redis.js';
import { NODE_PASSWORD, TestRedisCluster } from '../support/redis-cluster.js';

const PER_SECOND = 20;
/** Every key of the queue has this hash tag, hence one slot. */
const TAG = '{latchkey}';

// Processes are started and killed many times, on a machine that may have other things to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

describe.runIf(hasRedisServer())('the queue in a Redis Cluster of three', () => {
  let cluster: TestRedisCluster;
  let installation: Installation;
  let run: Run;
  let holder: number;
  beforeAll(async () => {
    cluster = await TestRedisCluster.open();
    holder = await cluster.holderOf(TAG);
    installation = await Installation.open({ redis: false });
    run = new Run(installation, 5);
    await installation.useWorker('redis', { REDIS_URL: cluster.urlWithout(holder) });
  });
  afterAll(async () => {
    await run?.stop();
    await installation?.close();
    await cluster?.stop();
  });

  it('its node killed under load, and back empty after a while, loses nothing', async () => {
    await run.under(PER_SECOND, async () => {
      await sleep(500);
      expect(await cluster.keysOf(holder)).toBeGreaterThan(0);
      await cluster.kill(holder);
      await cluster.noticed(holder);
      await sleep(500);
      await cluster.startAgain(holder);
      await sleep(500);
    });
    expect(await run.violations()).toEqual([]);
    expect(await cluster.keysOf(holder)).toBeGreaterThan(0);
  });

  it('another node lost, without which the cluster serves nobody, and a worker that starts then', async () => {
    const other = (holder + 1) % 3;
    await run.under(PER_SECOND, async () => {
      await cluster.kill(other);
      await cluster.noticed(other);
      await installation.worker.kill();
      await installation.worker.start();
      await cluster.startAgain(other);
      await sleep(500);
    });
    expect(await run.violations()).toEqual([]);
  });

  it('all of them killed under load, and back empty', async () => {
    await run.under(PER_SECOND, async () => {
      await sleep(300);
      await Promise.all([0, 1, 2].map((nth) => cluster.kill(nth)));
      await sleep(1_000);
      await cluster.startAgain(0, 1, 2);
      await sleep(500);
    });
    expect(await run.violations()).toEqual([]);
  });

  it('by TLS to every node, also to those that no URL names, and past a name that is gone', async () => {
    const encrypted = await TestRedisCluster.open({ tls: true });
    onTestFinished(() => encrypted.stop());
    const env = {
      REDIS_URL: `${encrypted.urlWithout(holder)},rediss://gone.invalid`,
      NODE_EXTRA_CA_CERTS: encrypted.authority,
    };
    await installation.useWorker('redis', env);
    await run.under(PER_SECOND, () => sleep(300));
    expect(await run.violations()).toEqual([]);
    expect(await encrypted.keysOf(holder)).toBeGreaterThan(0);
    await installation.worker.stop();
  });

  it('no temporary password that was mailed stands in a file or a log, nor the word of the nodes', async () => {
    expect(installation.journal.mails.length).toBeGreaterThan(0);
    expect(await foundAtRest(installation)).toEqual([]);
    const logs = installation.processes.map(({ log }) => log).join('');
    expect(logs).toMatch(/queue reports an error/);
    expect(logs).not.toContain(NODE_PASSWORD);
  });
});
