import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { foundAtRest } from '../chaos/at-rest.js';
import { type Backend, emailOf, Installation } from '../chaos/installation.js';
import { MailJournal, type Mood } from '../chaos/mail-journal.js';
import { until } from '../chaos/patience.js';
import { Run } from '../chaos/run.js';
import { settled } from '../chaos/settle.js';
import { hasRedisServer } from '../support/redis.js';

// Processes are started and killed many times, on a machine that may have other things to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let installation: Installation;
let run: Run;
let next = 0;
beforeAll(async () => {
  installation = await Installation.open({ redis: hasRedisServer(), users: 80 });
  run = new Run(installation, 4);
});
afterAll(async () => {
  await run?.stop();
  await installation?.close();
});

/** A reset of somebody towards whom the mail server is in this mood; each in a practice of another turn. */
async function resetIn(mood: Mood) {
  const practice = installation.practices[next % installation.practices.length];
  const username = practice?.targets[next] ?? '';
  next += 1;
  const email = emailOf(username);
  installation.journal.moods.set(email, mood);
  const { resetId } = practice ? await run.clients.resetAsAdministrator(practice, username) : { resetId: '' };
  const read = async <T>(sql: string): Promise<T | undefined> =>
    (await installation.postgres.query<{ value: T }>(sql, [resetId]))[0]?.value;
  return {
    email,
    mails: () => installation.journal.to(email),
    state: () => read<string>('select state as value from password_resets where id = $1'),
    attempts: () =>
      read<string[]>(
        `select array(select outcome from delivery_attempts a join deliveries d on d.id = a.delivery_id
           where d.reset_id = $1 order by number) as value`,
      ),
    reply: () =>
      read<string>(
        `select reply as value from delivery_attempts a join deliveries d on d.id = a.delivery_id
         where d.reset_id = $1 order by number desc limit 1`,
      ),
  };
}

const inState = (reset: { state(): Promise<string | undefined> }, state: string, seconds = 40) =>
  until(`the reset is ${state}`, async () => (await reset.state()) === state, { seconds });

const backends: [string, Backend, boolean][] = [
  ['PostgreSQL', 'postgres', true],
  ['Redis', 'redis', hasRedisServer()],
];

describe.each(backends)('a mail server in a mood, the queue in %s', (_name, backend, can) => {
  it.runIf(can)(
    'costs nothing: hours of 4xx, 5xx, silence after the final dot, a cut 250, a slow one',
    async () => {
      await installation.useWorker(backend);
      // 20 s of silence are the mailer's patience; the others happen meanwhile.
      const silent = await resetIn('hangs');
      const [deferred, refused, cut, slow] = [
        await resetIn('defers'),
        await resetIn('refuses'),
        await resetIn('cuts'),
        await resetIn('crawls'),
      ];
      await inState(refused, 'failed');
      expect(await refused.attempts()).toEqual(['refused']);
      await inState(slow, 'sent');
      await until(
        'both doubtful ones are put off',
        async () =>
          (await Promise.all([silent, cut].map(({ attempts }) => attempts()))).every((all) =>
            all?.includes('deferred'),
          ),
        { seconds: 40 },
      );
      for (let hours = 0; hours < 6; hours += 1) {
        const before = (await deferred.attempts())?.length ?? 0;
        await installation.advance(3_600);
        await until('it is tried again', async () => ((await deferred.attempts())?.length ?? 0) > before);
      }
      expect(await deferred.state()).toBe('requested');
      installation.journal.recover();
      await settled(installation);
      const states = await Promise.all([deferred, silent, cut].map(({ state }) => state()));
      expect(states).toEqual(['sent', 'sent', 'sent']);
      expect((await deferred.attempts())?.filter((outcome) => outcome === 'deferred').length).toBeGreaterThan(
        5,
      );
      // Whoever was not told that the mail was taken sends the same one again.
      expect(silent.mails().length).toBeGreaterThan(1);
      expect(cut.mails().length).toBeGreaterThan(1);
      expect(await run.violations()).toEqual([]);
    },
  );
});

describe.each(backends)('mail servers that would read along, the queue in %s', (_name, backend, can) => {
  it.runIf(can)(
    'are given no mail: without STARTTLS, nor with a certificate that nobody has signed',
    async () => {
      // One worker for both: who offers no STARTTLS is left at once, and the other one is tried.
      const strangers = [await MailJournal.open(), await MailJournal.open({ starttls: true })];
      await installation.worker.stop();
      const worker = installation.anotherWorker(backend, {
        // A name that is not loopback by itself: the wire is not ours.
        SMTP_URL: strangers.map(({ url }) => `smtp://[::ffff:127.0.0.1]:${new URL(url).port}`).join(','),
      });
      await worker.start();
      const reset = await resetIn('well');
      await until('it is put off', async () => (await reset.attempts())?.[0] === 'deferred');
      expect(await reset.reply()).toMatch(/certificate/i);
      expect(strangers.map(({ connections }) => connections > 0)).toEqual([true, true]);
      expect(strangers.flatMap(({ mails }) => mails)).toEqual([]);
      await worker.stop();
      await installation.useWorker(backend);
      await installation.advance(20);
      await inState(reset, 'sent');
      await Promise.all(strangers.map((stranger) => stranger.close()));
      expect(await run.violations()).toEqual([]);
    },
  );
});

it('no temporary password that was mailed stands in a file or a log', async () => {
  expect(installation.journal.mails.length).toBeGreaterThan(0);
  expect(await foundAtRest(installation)).toEqual([]);
});
