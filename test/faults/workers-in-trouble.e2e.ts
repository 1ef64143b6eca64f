import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { postgresBackend, redisBackend } from '../../libs/delivery/bullmq-backends.js';
import { DeliveryQueue } from '../../libs/delivery/delivery-queue.js';
import { createLogger } from '../../libs/runtime/index.js';
import { foundAtRest, foundInLogs } from '../chaos/at-rest.js';
import { type Backend, emailOf, Installation, type SeededPractice } from '../chaos/installation.js';
import { until } from '../chaos/patience.js';
import { activeJobs, lapseLocks } from '../chaos/queue-locks.js';
import { Run } from '../chaos/run.js';
import { hasRedisServer } from '../support/redis.js';

const FLOOD = 200;

// Processes are started and killed many times, on a machine that may have other things to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let installation: Installation;
let run: Run;
let next = 0;
beforeAll(async () => {
  installation = await Installation.open({ redis: hasRedisServer(), users: 80 });
  run = new Run(installation, 2);
});
afterAll(async () => {
  await run?.stop();
  await installation?.close();
});

/** The next of the first practice, and how many mails they have got since now. */
function somebody(): { practice: SeededPractice; username: string; mails: () => number } {
  const practice = installation.practices[0] as SeededPractice;
  const username = practice.targets[next] ?? '';
  next += 1;
  const count = () => installation.journal.to(emailOf(username)).length;
  const before = count();
  return { practice, username, mails: () => count() - before };
}

async function reset(): Promise<{ username: string; mails: () => number; id: string }> {
  const { practice, username, mails } = somebody();
  const { resetId } = await run.clients.resetAsAdministrator(practice, username);
  return { username, mails, id: resetId ?? '' };
}

/** What the operator of an installation sees of a reset. */
const stateOf = async (id: string): Promise<string | undefined> =>
  (
    await installation.postgres.query<{ state: string }>('select state from password_resets where id = $1', [
      id,
    ])
  )[0]?.state;

/** The mail of a reset as it stands, with what became of each attempt. */
async function mailOf(
  resetId: string,
): Promise<{ state: string; attempts: { number: number; outcome: string }[] } | undefined> {
  const [mail] = await installation.postgres.query<Awaited<ReturnType<typeof mailOf>> & object>(
    `select d.state, coalesce(json_agg(json_build_object('number', a.number, 'outcome', a.outcome) order by a.number)
         filter (where a.number is not null), '[]') as attempts
       from deliveries d left join delivery_attempts a on a.practice_id = d.practice_id and a.delivery_id = d.id
       where d.reset_id = $1 group by d.practice_id, d.id`,
    [resetId],
  );
  return mail;
}

async function deadlocks(): Promise<number> {
  const [row] = await installation.postgres.query<{ deadlocks: string }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  return Number(row?.deadlocks);
}

/** Three jobs for the one mail of a reset, as a relay makes them whose claims lapse again and again. */
async function queueThrice(backend: Backend, resetId: string): Promise<void> {
  const { postgres, redis } = installation;
  const [delivery] = await postgres.query<{ practiceId: string; deliveryId: string }>(
    'select practice_id as "practiceId", id as "deliveryId" from deliveries where reset_id = $1',
    [resetId],
  );
  if (!delivery) throw new Error('The reset has no mail');
  const job = { job: 'password-reset', deliveries: [delivery] } as const;
  const queue = new DeliveryQueue(
    backend === 'redis' && redis ? redisBackend([redis.url]) : postgresBackend(postgres.workerUrl),
    createLogger('fatal', 'test'),
  );
  await queue.add([job, job, job].map((one) => ({ ...one, deliveries: [...one.deliveries] })));
  await queue.close();
}

/** The dead worker's lease on the mail of a reset has lapsed, its claim not yet: no relay makes another job. */
async function freeForItsJobOnly(resetId: string): Promise<void> {
  await installation.postgres.query(
    `update outbox o set leased_until = null, claimed_until = claimed_until + interval '1 hour'
     from deliveries d where d.id = o.delivery_id and d.reset_id = $1`,
    [resetId],
  );
}

const backends: [string, Backend, boolean][] = [
  ['PostgreSQL', 'postgres', true],
  ['Redis', 'redis', hasRedisServer()],
];

describe.each(backends)('the queue in %s', (_name, backend, can) => {
  it.runIf(can)('a worker stopped past its lease changes nothing when it goes on', async () => {
    const stopped = await installation.useWorker(backend);
    installation.failpoints.arm('mail.rendered', 'stop');
    const { id, mails } = await reset();
    await installation.failpoints.met('mail.rendered');
    await installation.advance(61);
    const other = installation.anotherWorker(backend);
    await other.start();
    await until('the other worker sends', async () => (await stateOf(id)) === 'sent');
    stopped.resume();
    // The mail that it had in its hands is the same one once more; what it writes down is nothing.
    await until('the first worker sends, too', () => mails() === 2);
    await other.stop();
    expect(await run.violations()).toEqual([]);
  });

  it.runIf(can)('a worker stopped past the lock of its job finds the job done, and goes on', async () => {
    const stopped = await installation.useWorker(backend);
    installation.failpoints.arm('mail.rendered', 'stop');
    const { id, mails } = await reset();
    await installation.failpoints.met('mail.rendered');
    expect(await activeJobs(installation, backend)).toHaveLength(1);
    await installation.advance(61);
    await lapseLocks(installation, backend);
    const other = installation.anotherWorker(backend);
    await other.start();
    await until('the other worker sends', async () => (await stateOf(id)) === 'sent');
    // The very job of the stopped one, too: it was taken back, and is done with.
    await until(
      'the job is taken from it',
      async () => (await activeJobs(installation, backend)).length === 0,
    );
    await other.stop();
    const before = stopped.log.length;
    stopped.resume();
    await until('the first worker sends, too', () => mails() === 2);
    await until('it learns that the job is not its own any more', () =>
      /the queue reports an error/.test(stopped.log.slice(before)),
    );
    const another = await reset();
    await until('it works on', async () => (await stateOf(another.id)) === 'sent');
    expect(await run.violations()).toEqual([]);
  });

  it.runIf(can)(
    'a worker stopped past its lease does not undo what another found out meanwhile',
    async () => {
      const { failpoints, journal } = installation;
      const stopped = await installation.useWorker(backend);
      failpoints.arm('mail.rendered', 'stop');
      const { id, username, mails } = await reset();
      await failpoints.met('mail.rendered');
      await installation.advance(61);
      journal.moods.set(emailOf(username), 'defers');
      const other = installation.anotherWorker(backend);
      await other.start();
      await until('the other worker is put off', async () => (await mailOf(id))?.state === 'deferred');
      await other.stop();
      const found = { state: 'deferred', attempts: [{ number: 2, outcome: 'deferred' }] };
      expect(await mailOf(id)).toEqual(found);

      // Not before all of this is over, however slow the machine.
      await installation.postgres.query(
        "update outbox set due_at = due_at + interval '1 hour', claimed_until = claimed_until + interval '1 hour'",
      );
      journal.recover();
      failpoints.arm('delivery.settled', 'stop');
      stopped.resume();
      await failpoints.met('delivery.settled');
      expect(mails()).toBe(1);
      expect(await mailOf(id)).toEqual(found);
      stopped.resume();
      await installation.advance(3_700);
      await until('it is sent when its time has come', async () => (await stateOf(id)) === 'sent');
      expect(mails()).toBe(2);
      expect(await run.violations()).toEqual([]);
    },
  );

  it.runIf(can)('a job that its workers do not survive five times is done by the sixth', async () => {
    const worker = await installation.useWorker(backend);
    const { failpoints } = installation;
    failpoints.arm('delivery.issued');
    const { id, mails } = await reset();
    const jobs = new Set<string>();
    for (let crashes = 1; crashes <= 5; crashes += 1) {
      await failpoints.met('delivery.issued');
      await worker.died();
      const active = await activeJobs(installation, backend);
      expect(active).toHaveLength(1);
      for (const job of active) jobs.add(job);
      await freeForItsJobOnly(id);
      await lapseLocks(installation, backend);
      if (crashes < 5) failpoints.arm('delivery.issued');
      // The job is taken up at once: it may end this one before it says that it is ready.
      const started = worker.start();
      await (crashes < 5 ? started.catch(() => undefined) : started);
    }
    expect(jobs.size).toBe(1);
    await until('the sixth sends', async () => (await stateOf(id)) === 'sent');
    await until('the job is done with', async () => (await activeJobs(installation, backend)).length === 0);
    expect(await run.violations()).toEqual([]);
    expect(mails()).toBe(1);
  });

  it.runIf(can)('the same delivery queued three times is mailed once', async () => {
    const worker = await installation.useWorker(backend);
    worker.pause();
    const { id, mails } = await reset();
    await queueThrice(backend, id);
    worker.resume();
    await until('it is mailed', async () => (await stateOf(id)) === 'sent');
    expect(await run.violations()).toEqual([]);
    expect(mails()).toBe(1);
  });

  it.runIf(can)(
    'a row that nothing can be made of, and a mail that cannot be rendered, hold up nobody',
    async () => {
      const worker = await installation.useWorker(backend);
      worker.pause();
      const [row, template, sound] = [await reset(), await reset(), await reset()];
      // Its credential names a key that nobody has; and facts that the template's schema refuses.
      await installation.postgres.query(
        `update credentials set epoch = 'gone'
       where id = (select credential_id from password_resets where id = $1)`,
        [row.id],
      );
      await installation.postgres.query("update deliveries set facts = '{}' where reset_id = $1", [
        template.id,
      ]);
      worker.resume();
      await until('the sound one is sent', async () => (await stateOf(sound.id)) === 'sent');
      expect([row.mails(), template.mails(), sound.mails()]).toEqual([0, 0, 1]);
      const [put] = await installation.postgres.query<{ state: string }>(
        'select state from deliveries where reset_id = $1',
        [template.id],
      );
      expect(put?.state).toBe('deferred');
      // Nobody mends them: when their time is over they have visibly failed.
      await installation.advance(24 * 3_600 + 60);
      await until('both have failed', async () =>
        (await Promise.all([row, template].map(({ id }) => stateOf(id)))).every(
          (state) => state === 'failed',
        ),
      );
      expect(await run.violations()).toEqual([]);
    },
  );

  it.runIf(can)('a rolling restart under load loses nothing', async () => {
    const first = await installation.useWorker(backend);
    const second = installation.anotherWorker(backend);
    await second.start();
    await run.under(20, async () => {
      for (const one of [first, second, installation.api]) {
        await sleep(700);
        await one.stop();
        await one.start();
      }
      await sleep(300);
    });
    await second.stop();
    expect(await run.violations()).toEqual([]);
  });

  it.runIf(can)('ten times the load waits its turn and is served', async () => {
    await installation.useWorker(backend);
    const deadlocksBefore = await deadlocks();
    const { clients, seeded } = run;
    await Promise.all(
      Array.from({ length: FLOOD }, () => {
        const practice = seeded.oneOf(installation.practices);
        return clients.resetAsAdministrator(practice, seeded.oneOf(practice.targets));
      }),
    );
    const { violations, evidence } = await run.judge({ thoroughly: false });
    expect(violations).toEqual([]);
    expect(evidence.recovery.neededSeconds).toBeLessThan(61);
    // People are reset again while their mails are under way: all take their locks in one order.
    expect((await deadlocks()) - deadlocksBefore).toBe(0);
  });
});

it('no temporary password that was mailed stands in a file or a log', async () => {
  expect(installation.journal.mails.length).toBeGreaterThan(0);
  expect(await foundAtRest(installation)).toEqual([]);
});

it('one that stood in the log of a worker which stood in for another would be found', () => {
  const other = installation.anotherWorker('postgres');
  other.log = `"${installation.journal.mails.find(({ credential }) => credential)?.credential}"`;
  expect(foundInLogs(installation)).toEqual(['the log of the worker']);
});
