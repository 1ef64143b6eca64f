import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Failpoint } from '../../libs/failpoints/index.js';
import { foundAtRest } from '../chaos/at-rest.js';
import { accepted } from '../chaos/history.js';
import { type Backend, Installation, type SeededPractice } from '../chaos/installation.js';
import { until } from '../chaos/patience.js';
import { Run } from '../chaos/run.js';
import { fileOf, lineFor } from '../support/imports.js';
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

const STEPS_OF_LARGE_WORK: Failpoint[] = [
  'bulk.claimed',
  'bulk.queued',
  'bulk.begun',
  'bulk.stepped',
  'bulk.settled',
];
const IMPORTED = 25;

/** Asks for something large and returns its id. */
async function begin(practice: SeededPractice, path: string, type: string, body: string): Promise<string> {
  const token = await run.clients.newToken(practice, practice.administrator);
  const response = await fetch(`${installation.url}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body,
  });
  expect(response.status).toBe(202);
  return String(((await response.json()) as { id: unknown }).id);
}

/** An import and a bulk reset at once: both are in the hands of the worker that dies at the next step of either. */
async function largeWorkKilledAtEach(backend: Backend, practice: SeededPractice): Promise<void> {
  const worker = await installation.useWorker(backend);
  // Nobody takes up one before the other is there.
  await worker.kill();
  const { failpoints, postgres } = installation;
  const people = Array.from({ length: IMPORTED }, (_, nth) => `${backend}${nth}`);
  const file = fileOf(...people.map((username) => lineFor(username)));
  const everybody = JSON.stringify({ filter: {}, dryRun: false });
  const bulkId = await begin(practice, 'bulk-password-resets', 'application/json', everybody);
  const importId = await begin(practice, 'user-imports', 'text/csv', file);
  for (const step of STEPS_OF_LARGE_WORK) {
    failpoints.arm(step);
    // It may come to the step before it says that it is ready.
    const started = worker.start().catch(() => undefined);
    await failpoints.met(step);
    await started;
    await worker.died();
    // The dead one's claims lapse.
    await installation.advance(31);
  }
  await worker.start();
  const [read, turns] = [
    () => postgres.query('select state, created, failed from user_imports where id = $1', [importId]),
    () =>
      postgres.query('select state, requested = total as everybody from bulk_resets where id = $1', [bulkId]),
  ];
  await until('both are over', async () =>
    [...(await read()), ...(await turns())].every(({ state }) => state === 'completed'),
  );
  expect(await read()).toEqual([{ state: 'completed', created: IMPORTED, failed: 0 }]);
  expect(await turns()).toEqual([{ state: 'completed', everybody: true }]);
  const once = `select count(*)::int as times from credentials c join users u on u.id = c.user_id
    where u.username = any($1) group by u.id`;
  expect(await postgres.query(once, [people])).toEqual(people.map(() => ({ times: 1 })));
  const asked = `select user_id from password_resets where channel = 'bulk' and practice_id =
    (select practice_id from bulk_resets where id = $1) group by user_id having count(*) > 1`;
  expect(await postgres.query(asked, [bulkId])).toEqual([]);
}

describe('kill -9 at every step of an import and a bulk reset, everybody has their turn once', () => {
  it('with the queue in PostgreSQL', async () => {
    await largeWorkKilledAtEach('postgres', installation.practices[0] as SeededPractice);
    expect(await run.violations()).toEqual([]);
  });

  it.skipIf(!hasRedisServer())('with the queue in Redis', async () => {
    await largeWorkKilledAtEach('redis', installation.practices[1] as SeededPractice);
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
