import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { credentialIn } from '../support/mail.js';
import { parseMetrics } from '../support/metrics.js';
import { asAdministrator, crowd } from '../support/people.js';
import { type OpenedPractice, openPractice, signIn } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { RecordedLog } from '../support/recorded-log.js';
import { mailRuns } from '../support/recovery.js';
import { hasRedisServer, startRedis, type TestRedis } from '../support/redis.js';
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink.js';

const EARLY = 120;
const LATE = 180;
const CONNECTIONS = 4;
const HOUR = 3_600;

type Person = Awaited<ReturnType<typeof crowd>>[number];
const withRedis = hasRedisServer();

describe.each([
  ['PostgreSQL', false],
  ['Redis', true],
] as const)('a day without a mail server, with the queue in %s', (_name, onRedis) => {
  const log = new RecordedLog();
  let redis: TestRedis | undefined;
  let sink: SmtpSink;
  let product: Product;
  let practice: OpenedPractice;
  let early: Person[];
  let late: Person[];

  beforeAll(async () => {
    if (onRedis && !withRedis) return;
    redis = onRedis ? await startRedis() : undefined;
    sink = await openSmtpSink();
    product = await startProduct({
      log,
      env: {
        RATE_LIMIT_FACTOR: '1000',
        SMTP_CONNECTIONS: String(CONNECTIONS),
        ...(redis && { REDIS_URL: redis.url }),
      },
    });
    practice = await openPractice(product);
    early = await crowd(product, practice.administrator.userId, 'early', EARLY);
    late = await crowd(product, practice.administrator.userId, 'late', LATE);
    await product.stopWorker();
    await product.startWorker({ SMTP_URL: sink.url });
    await mailRuns(product);
    await sink.stop();
  });
  afterAll(async () => {
    await product?.stop();
    await sink?.stop();
    await redis?.stop();
  });

  const reset = async (people: readonly Person[]) => {
    const { headers } = await asAdministrator(product, practice);
    for (const { id } of people) {
      await product.http.post(`/api/v1/users/${id}/password-reset`).set(headers).expect(202);
    }
  };
  const count = async (text: string, ...values: unknown[]) => {
    const [row] = await product.database.query<{ count: number }>(
      `select count(*)::int as count from ${text}`,
      values,
    );
    return row?.count;
  };
  const states = (prefix: string) =>
    product.database.query<{ reset: string; delivery: string; count: number }>(
      `select r.state as reset, d.state as delivery, count(*)::int as count from password_resets r
       join deliveries d on d.reset_id = r.id join users u on u.id = r.user_id
       where u.username like $1 group by 1, 2`,
      [`${prefix}%`],
    );
  const notices = () => count("deliveries where template = 'delivery-failed'");
  const ready = async () => (await product.http.get('/health/ready').expect(200)).body;
  const oldestMailSeconds = async () =>
    parseMetrics((await product.http.get('/metrics').expect(200)).text).find(
      ({ name }) => name === 'latchkey_oldest_mail_seconds',
    )?.value;
  const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 100 });

  it.skipIf(onRedis && !withRedis)(
    'costs no mail that is still in time, tells what ended once, and comes back gently',
    async () => {
      // Hours in which nothing answers: who asks is told that mail is delayed, and attempts are not used up.
      await reset(early);
      await eventually(async () => expect((await ready()).mail.stoppedAt).not.toBeNull());
      expect(await ready()).toMatchObject({
        status: 'degraded',
        mail: { state: 'degraded', routes: [{ state: 'unavailable' }] },
      });
      for (let hour = 0; hour < 10; hour += 1) {
        await product.advance(HOUR);
        await new Promise((resolve) => setTimeout(resolve, 120));
      }
      const attempts = await count('delivery_attempts where outcome = $1', 'deferred');
      expect(attempts).toBeGreaterThan(2);
      expect(attempts, 'attempts of 120 mails in ten hours').toBeLessThan(3 * EARLY);

      // Hours in which a server answers, and takes nothing: each mail is tried at growing intervals.
      sink = await openSmtpSink(Number(new URL(sink.url).port));
      sink.answer = () => '451 4.3.0 Come back later';
      await product.advance(120);
      await eventually(async () => expect((await ready()).mail.stoppedAt).toBeNull());
      await product.advance(HOUR);
      await eventually(async () =>
        expect(await count("delivery_attempts where reply like '451%'")).toBeGreaterThanOrEqual(EARLY),
      );
      await product.advance(HOUR / 3);
      await eventually(async () => expect(log.events('mail.refused')).toHaveLength(1));
      await eventually(async () => expect(await oldestMailSeconds()).toBeGreaterThan(11 * HOUR));
      await sink.stop();
      await product.advance(6 * HOUR);
      await reset(late);
      await eventually(async () => expect((await ready()).mail.stoppedAt).not.toBeNull());

      // A day after they were asked for, the first resets have failed: seen in the log, and told to nobody yet.
      await product.advance(7 * HOUR);
      await eventually(async () =>
        expect(await states('early')).toEqual([{ reset: 'failed', delivery: 'failed', count: EARLY }]),
      );
      expect(await notices()).toBe(0);
      const before = await states('late');
      expect(before.every(({ reset, delivery }) => reset === 'requested' && delivery !== 'failed')).toBe(
        true,
      );

      // The server is back: whatever is in time arrives, at the pace of its connections.
      let [open, widest] = [0, 0];
      sink = await openSmtpSink(Number(new URL(sink.url).port));
      sink.answer = async () => {
        open += 1;
        widest = Math.max(widest, open);
        await new Promise((resolve) => setTimeout(resolve, 5));
        open -= 1;
        return undefined;
      };
      await product.advance(15 * 60);
      await eventually(async () =>
        expect(await states('late')).toEqual([{ reset: 'sent', delivery: 'accepted', count: LATE }]),
      );
      expect(widest).toBeLessThanOrEqual(CONNECTIONS);
      const mails = sink.taken.filter(({ template }) => template === 'temporary-credential');
      expect(mails.map(({ to }) => to).toSorted()).toEqual(late.map(({ email }) => email).toSorted());
      for (const person of [late[0], late.at(-1)]) {
        const mail = mails.find(({ to }) => to === person?.email);
        await product.advance(23 * 60);
        await signIn(product, practice.practiceId, person?.username ?? '', credentialIn(mail as never));
      }

      // One notice for all that was lost.
      const notice = await sink.nth(practice.administrator.email, 'delivery-failed');
      expect(notice.text).toContain(`and ${EARLY - 11} more`);
      expect(await notices()).toBe(1);
      await mailRuns(product);
      expect(log.events('mail.')).toEqual([
        'error mail.stopped',
        'warn mail.resumed',
        'error mail.refused',
        'error mail.stopped',
        'warn mail.resumed',
      ]);
    },
    90_000,
  );
});
