import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Failpoint } from '../../libs/failpoints/index.js';
import { foundAtRest } from '../chaos/at-rest.js';
import { accepted } from '../chaos/history.js';
import { type Backend, Installation, type SeededPractice } from '../chaos/installation.js';
import { Run } from '../chaos/run.js';
import { hasRedisServer } from '../support/redis.js';

/** The worker's walk, step by step. */
const STEPS: Failpoint[] = [
  'answer.carried-out',
  'relay.claimed',
  'relay.queued',
  'delivery.leased',
  'delivery.issued',
  'mail.rendered',
  'mail.accepted',
  'delivery.marked',
  'delivery.settled',
];

// Processes are started and killed many times, on a machine that may have other things to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let installation: Installation;
let run: Run;
beforeAll(async () => {
  installation = await Installation.open({ redis: hasRedisServer() });
  run = new Run(installation, 1);
});
afterAll(async () => {
  await run?.stop();
  await installation?.close();
});

/** One reset for each step, whose worker dies there; the worker after it finds the next step armed. */
async function killedAtEach(backend: Backend, practice: SeededPractice): Promise<void> {
  await installation.useWorker(backend);
  const { failpoints, worker } = installation;
  for (const [nth, step] of STEPS.entries()) {
    failpoints.arm(step);
    if (step === 'answer.carried-out') await run.clients.answerQuestion(practice, practice.askers[nth] ?? '');
    else await run.clients.resetAsAdministrator(practice, practice.targets[nth] ?? '');
    await failpoints.met(step);
    await worker.died();
    await worker.start();
    // The dead one's claims and leases lapse.
    await installation.advance(61);
  }
}

describe('kill -9 at every step of a mail, nothing is lost', () => {
  it('with the queue in PostgreSQL', async () => {
    await killedAtEach('postgres', installation.practices[0] as SeededPractice);
    expect(await run.violations()).toEqual([]);
  });

  it.skipIf(!hasRedisServer())('with the queue in Redis', async () => {
    await killedAtEach('redis', installation.practices[1] as SeededPractice);
    expect(await run.violations()).toEqual([]);
  });
});

describe('kill -9 of the API', () => {
  const STEPS_OF_REQUESTS: Failpoint[] = ['request.carried-out', 'request.committed', 'answer.noted'];

  it('before and after the commit, and before the answer: whoever asks again is mailed once', async () => {
    const practice = installation.practices[2] as SeededPractice;
    const { failpoints, api, journal } = installation;
    for (const [nth, step] of STEPS_OF_REQUESTS.entries()) {
      // The session that is needed is there before the step is armed.
      await run.clients.resetAsAdministrator(practice, practice.targets[10 + nth] ?? '');
      failpoints.arm(step);
      const asked =
        step === 'answer.noted'
          ? run.clients.answerQuestion(practice, practice.askers[nth] ?? '')
          : run.clients.resetAsAdministrator(practice, practice.targets[nth] ?? '');
      await failpoints.met(step);
      await api.died();
      await api.start();
      expect(accepted(await asked)).toBe(true);
    }
    expect(await run.violations()).toEqual([]);
    const mailed = journal.mails.filter(({ to }) => to.startsWith(`${practice.targets[0]}@`));
    expect(new Set(mailed.map(({ deliveryId }) => deliveryId)).size).toBe(1);
  });
});

it('no temporary password that was mailed stands in a file or a log', async () => {
  expect(installation.journal.mails.length).toBeGreaterThan(0);
  expect(await foundAtRest(installation)).toEqual([]);
});
