import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Departures, Mailer, MailWatch } from '#mail';
import type { OutgoingMail } from '../../libs/mail/mime-message.js';
import { parseMetrics } from '../support/metrics.js';
import { type Product, startProduct } from '../support/product.js';
import { RecordedLog } from '../support/recorded-log.js';
import { mailRuns } from '../support/recovery.js';
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink.js';

const CONNECTIONS = 3;
const NOBODY = '01a209b3-1c99-7e4c-870f-55b3a5aca9df';
const MAIL: OutgoingMail = {
  practiceId: NOBODY,
  deliveryId: NOBODY,
  kind: 'password-changed',
  to: 'mara@elm.example',
  subject: 'A mail',
  html: '<p>A mail</p>',
  text: 'A mail',
};

const log = new RecordedLog();
let sink: SmtpSink;
let product: Product;
beforeAll(async () => {
  sink = await openSmtpSink();
  product = await startProduct({ log, env: { SMTP_URL: sink.url, SMTP_CONNECTIONS: `${CONNECTIONS}` } });
  await mailRuns(product);
});
afterAll(async () => {
  await product.stop();
  await sink.stop();
});

const ofWorker = <T>(part: abstract new (...given: never[]) => T): T => {
  if (!product.worker) throw new Error('There is no worker');
  return product.worker.get(part);
};
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 100 });
const isStopped = async () =>
  (await product.http.get('/health/ready').expect(200)).body.mail.stoppedAt !== null;
const gauge = async () =>
  parseMetrics((await product.http.get('/metrics').expect(200)).text).find(
    ({ name }) => name === 'latchkey_mail_stopped',
  )?.value;

/** The server goes, and three mails in a row find out. */
async function loseServer(): Promise<void> {
  await sink.stop();
  const attempts = [1, 2, 3].map(() => ofWorker(Mailer).send(MAIL));
  expect((await Promise.allSettled(attempts)).map(({ status }) => status)).not.toContain('fulfilled');
}
async function bringServerBack(): Promise<void> {
  sink = await openSmtpSink(Number(new URL(sink.url).port));
  await product.advance(120);
}

describe('an outage of mail', () => {
  it('is told when the first attempt to write it down fails, shows in /metrics, and ends with a narrow window', async () => {
    const departures = ofWorker(Departures);
    const narrow = departures.window;
    for (let sent = 0; sent < 40; sent += 1) await departures.depart(NOBODY, async () => undefined);
    expect(departures.window).toBe(narrow + 40);
    await product.database.query('revoke update on mail_pulse from latchkey_worker');
    await product.database.query(
      'grant update (state, typical_seconds, routes, worker_seen_at) on mail_pulse to latchkey_worker',
    );
    await loseServer();
    await expect(ofWorker(MailWatch).look()).rejects.toThrow(/permission/);
    expect(await isStopped()).toBe(false);
    await product.database.query('grant update on mail_pulse to latchkey_worker');
    await eventually(async () => expect(await isStopped()).toBe(true));
    expect(log.events('mail.')).toEqual(['error mail.stopped']);
    await eventually(async () => expect(await gauge()).toBe(1));

    await bringServerBack();
    await eventually(async () => expect(await isStopped()).toBe(false));
    expect(departures.window).toBe(narrow);
    expect(log.events('mail.')).toEqual(['error mail.stopped', 'warn mail.resumed']);
    await eventually(async () => expect(await gauge()).toBe(0));
  }, 60_000);

  it('that ends while no worker looks is over as soon as one is let in, without any mail', async () => {
    const before = log.events('mail.').length;
    await loseServer();
    await eventually(async () => expect(await isStopped()).toBe(true));
    await product.stopWorker();
    await product.startWorker();
    // Nothing has been tried from here, and nobody answers: that is no reason to say that it runs.
    await ofWorker(MailWatch).look();
    expect(await isStopped()).toBe(true);
    await bringServerBack();
    await eventually(async () => expect(await isStopped()).toBe(false));
    expect(log.events('mail.').slice(before)).toEqual(['error mail.stopped', 'warn mail.resumed']);
  }, 60_000);
});
