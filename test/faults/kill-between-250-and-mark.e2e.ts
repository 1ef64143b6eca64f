import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { credentialIn } from '../support/mail.js';
import { type Environment, run, startInstallation, useInstallationFolder } from '../support/processes.js';
import { hasRedisServer, startRedis, type TestRedis } from '../support/redis.js';
import { askForReset, person, readSample, signedIn, trySignIn } from '../support/sample-practice.js';
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink.js';

const folder = useInstallationFolder();
let smtp: SmtpSink;
let redis: TestRedis | undefined;

beforeAll(async () => {
  smtp = await openSmtpSink();
});
afterAll(async () => {
  await redis?.stop();
  await smtp.stop();
});

/** One reset whose first mail is answered with 250 and, in the same tick, kill -9 of the whole process group. */
async function killedAfter250(username: string, backend: Environment): Promise<void> {
  const env = { DATA_DIR: folder.dataDir, SMTP_URL: smtp.url, ...backend };
  const first = await startInstallation(env);
  const sample = readSample(folder.dataDir);
  const { email } = person(sample, username);
  // Frozen first: 250 wakes the worker, which could otherwise be faster than the kill that follows it.
  smtp.answer = (mail) => {
    if (mail.to === email) first.signalGroup('SIGSTOP');
    return undefined;
  };
  smtp.onTaken = (mail) => {
    if (mail.to === email) first.signalGroup('SIGKILL');
  };
  await askForReset(first.http, sample.practiceId, username, sample.securityAnswer);
  expect(await first.ended).toMatchObject({ signal: 'SIGKILL' });
  smtp.answer = () => undefined;
  smtp.onTaken = () => undefined;
  const mailed = await smtp.nth(email, 'temporary-credential');

  const second = await startInstallation(env);
  const administrator = person(sample, 'alex');
  const headers = await signedIn(second.http, sample.practiceId, 'alex', administrator.password);
  const { body: before } = await second.http
    .get(`/api/v1/deliveries/${mailed.deliveryId}`)
    .set(headers)
    .expect(200);
  expect(before).toMatchObject({ state: 'sending' });
  // The dead worker's lease lapses after a minute; the installation's own clock is moved there.
  expect(await run(['clock', 'advance', '61'], { DATA_DIR: folder.dataDir })).toMatchObject({ status: 0 });
  const again = await smtp.nth(email, 'temporary-credential', 2);
  expect(again.messageId).toBe(mailed.messageId);
  expect(again.deliveryId).toBe(mailed.deliveryId);
  expect(again.subject).toBe(mailed.subject);
  const credential = credentialIn(mailed);
  expect(credentialIn(again)).toBe(credential);

  await vi.waitFor(async () => {
    const { body } = await second.http
      .get(`/api/v1/deliveries/${mailed.deliveryId}`)
      .set(headers)
      .expect(200);
    expect(body.state).toBe('accepted');
    expect(body.attempts.at(-1)).toMatchObject({
      outcome: 'accepted',
      reply: expect.stringMatching(/^250 /),
    });
  });
  const attempts = await Promise.all(
    Array.from({ length: 8 }, () => trySignIn(second.http, sample.practiceId, username, credential)),
  );
  expect(attempts.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    201,
    ...Array(7).fill(401),
  ]);
  expect(smtp.taken.filter((mail) => mail.to === email)).toHaveLength(2);
  second.signal('SIGTERM');
  expect(await second.ended).toMatchObject({ status: 0 });
}

describe('kill -9 of the whole process group between 250 and the mark', () => {
  it('sends the identical mail again, whose credential works exactly once', () => killedAfter250('kim', {}));

  it.skipIf(!hasRedisServer())('does so with the queue in Redis', async () => {
    redis = await startRedis();
    await killedAfter250('noor', { REDIS_URL: redis.url });
  });
});
