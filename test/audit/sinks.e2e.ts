import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AuditedPractice, exportTrail, grow, openAuditedPractice } from '../support/audit-files.js';
import { selfSigned } from '../support/certificate.js';
import { type Product, startProduct } from '../support/product.js';
import {
  breakOff,
  type HttpReceiver,
  openHttpReceiver,
  openSyslogReceiver,
  type Receiver,
  type SyslogReceiver,
} from '../support/siem-receivers.js';

const TOKEN = 'canary-siem-token-6f0c';
const certificate = selfSigned();
let syslog: SyslogReceiver;
let http: HttpReceiver;
let product: Product;
let practices: AuditedPractice[];
beforeAll(async () => {
  syslog = await openSyslogReceiver(certificate);
  http = await openHttpReceiver();
  product = await startProduct({
    env: {
      AUDIT_SINKS: `${syslog.url},${http.url}`,
      AUDIT_SINK_TOKEN: TOKEN,
      AUDIT_SINK_CA: certificate.cert,
    },
  });
  practices = [await openAuditedPractice(product), await openAuditedPractice(product)];
});
afterAll(async () => {
  await product.stop();
  await syslog.stop();
  await http.stop();
});
afterEach(() => {
  syslog.meet = undefined;
  http.answer = () => ({ status: 204 });
});

/** The lines of a practice's trail as an export writes them. */
async function linesOf(practice: AuditedPractice): Promise<string[]> {
  const lines = (await exportTrail(product, practice.id)).split('\n');
  return lines.filter((line) => line.startsWith('{"event"'));
}

/** Each line once, as it came for the first time. */
const firsts = ({ events }: Receiver, practice: AuditedPractice) => [
  ...new Set(events.filter(({ practiceId }) => practiceId === practice.id).map(({ line }) => line)),
];

/** Until the receiver has every line, byte for byte; then they have also come in the order of the chain. */
async function expectEverything(receiver: Receiver, timeout = 15_000): Promise<void> {
  for (const practice of practices) {
    const wanted = await linesOf(practice);
    await expect
      .poll(() => firsts(receiver, practice).slice(0, wanted.length), { timeout, interval: 100 })
      .toEqual(wanted);
  }
}

const health = async () => (await product.http.get('/health/ready').expect(200)).body;

describe('every event of every practice', () => {
  it('reaches each sink as the line of an export, in the order of its chain', async () => {
    for (const practice of practices) await grow(product, practice.id, 40);
    await expectEverything(syslog);
    await expectEverything(http);
    const lines = firsts(http, practices[0] as AuditedPractice);
    expect(lines.some((line) => line.includes('"personal":'))).toBe(true);
    expect(await health()).toMatchObject({ auditSinks: { state: 'ok', behind: 0 } });
  });

  it('comes as RFC 5424 wants it, and with the token and a key that is the same when it comes again', async () => {
    expect(syslog.messages[0]).toMatch(
      /^<110>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [!-~]+ latchkey \d+ practice\.opened \[latchkey@32473 practice="[0-9a-f-]{36}" seq="1" outcome="success"\] \uFEFF\{"event":/,
    );
    for (const { headers, body } of http.requests) {
      const sent = body.trimEnd().split('\n');
      const entries = sent.map((line) => JSON.parse(line) as { seq: number; hash: string });
      const seqs = entries.map(({ seq }) => seq);
      expect(headers).toMatchObject({
        authorization: `Bearer ${TOKEN}`,
        'content-type': 'application/x-ndjson',
        'idempotency-key': `${String(headers['latchkey-practice'])}/${seqs[0]}-${seqs.at(-1)}/${entries.at(-1)?.hash}`,
      });
      expect(seqs).toEqual(seqs.map((_seq, index) => (seqs[0] ?? 0) + index));
    }
  });

  it('reaches a sink that is new from the beginning, or from now where that is asked for', async () => {
    const [all, news] = [await openSyslogReceiver(), await openSyslogReceiver()];
    const before = await linesOf(practices[0] as AuditedPractice);
    const env = { AUDIT_SINKS: `${all.url},${news.url}?from=now` };
    const other = await product.openWorker(env);
    await grow(product, (practices[0] as AuditedPractice).id, 5);
    await expectEverything(all);
    await expect.poll(() => news.events.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(5);
    const early = new Set(before);
    expect(news.events.filter(({ line }) => early.has(line))).toEqual([]);
    await other.close();
    await product.database.query('delete from audit_sinks where held_until < now()');
    await all.stop();
    await news.stop();
  });
});

describe('a receiver in trouble', () => {
  const own = () => practices[0] as AuditedPractice;

  it('that cuts connections, or reads nothing, gets everything all the same', async () => {
    let cuts = 0;
    syslog.meet = (socket) => {
      cuts += 1;
      // Odd ones are cut at once; even ones take bytes into the kernel's buffers, read nothing and are gone.
      setTimeout(() => breakOff(socket), cuts % 2 ? 0 : 300);
    };
    await grow(product, own().id, 200);
    await expect.poll(() => cuts, { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
    expect(await health()).toMatchObject({ status: 'degraded', auditSinks: { state: 'degraded' } });
    syslog.meet = undefined;
    await expectEverything(syslog, 25_000);
    await expect.poll(health, { timeout: 5_000 }).toMatchObject({ auditSinks: { state: 'ok' } });
  });

  it('that answers 500 and 429 is asked again, later, and the other sink does not wait for it', async () => {
    const from = http.requests.length;
    http.answer = (attempt) =>
      attempt <= from + 2
        ? { status: attempt % 2 ? 500 : 429, headers: { 'retry-after': '1' } }
        : { status: 200 };
    await grow(product, own().id, 10);
    await expectEverything(syslog);
    await expectEverything(http);
    expect(new Set(http.requests.slice(from, from + 2).map(({ status }) => status))).toEqual(
      new Set([429, 500]),
    );
  });

  const stopped = async () =>
    (await product.database.query("select 1 from audit_sinks where state = 'stopped'")).length;
  const startAnew = async () => {
    http.answer = () => ({ status: 204 });
    await product.stopWorker();
    await product.startWorker();
  };

  it('that takes small requests only gets everything in smaller ones, which never exceed 512 KB at first', async () => {
    http.answer = () => ({ status: 503 });
    await grow(product, own().id, 1_500);
    const from = http.requests.length;
    http.answer = (_attempt, body) => ({ status: body.length > 20_000 ? 413 : 204 });
    await expectEverything(http, 30_000);
    const asked = http.requests
      .slice(from)
      .map(({ body, status }) => ({ size: Buffer.byteLength(body), status }));
    const largest = Math.max(...asked.map(({ size }) => size));
    expect(largest).toBeLessThanOrEqual(512 * 1_024);
    expect(largest).toBeGreaterThan(256 * 1_024);
    const found = asked.filter(({ status }) => status === 413);
    expect(found.length).toBeGreaterThan(2);
    expect(found.length).toBeLessThanOrEqual(8);
    expect(await stopped()).toBe(0);
  });

  it('that takes not even a single line has stopped', async () => {
    http.answer = () => ({ status: 413 });
    await grow(product, own().id, 3);
    await expect.poll(stopped, { timeout: 10_000 }).toBe(1);
    expect(http.requests.at(-1)?.body.trimEnd().split('\n')).toHaveLength(1);
    await startAnew();
    await expectEverything(http);
  });

  it('that refuses is not asked again until a worker starts anew; how far behind it is stands in health', async () => {
    http.answer = () => ({ status: 403 });
    await grow(product, own().id, 1_200);
    await expect.poll(stopped, { timeout: 10_000 }).toBe(1);
    const asked = http.requests.length;
    await expectEverything(syslog);
    expect(await health()).toMatchObject({ auditSinks: { state: 'degraded', behind: 1_000 } });
    expect(http.requests.length).toBe(asked);
    await startAnew();
    await expectEverything(http);
  });
});

describe('several workers', () => {
  it('stream each event once between them, and one takes over from another within seconds', async () => {
    const other = await product.openWorker({
      AUDIT_SINKS: `${syslog.url},${http.url}`,
      AUDIT_SINK_TOKEN: TOKEN,
      AUDIT_SINK_CA: certificate.cert,
    });
    await expectEverything(http);
    const from = http.events.length;
    for (let times = 0; times < 20; times += 1) await grow(product, (practices[1] as AuditedPractice).id, 10);
    await expectEverything(http);
    const since = http.events.slice(from).map(({ practiceId, seq }) => `${practiceId} ${seq}`);
    expect(new Set(since).size).toBe(since.length);
    await product.stopWorker();
    await grow(product, (practices[1] as AuditedPractice).id, 10);
    await expectEverything(http, 8_000);
    await other.close();
    await product.startWorker();
  });

  it('do not move back what another has taken since', async () => {
    const [sink] = await product.database.query<{ sink: string }>('select sink from audit_sinks limit 1');
    const told = await product.database.query<{ moved: boolean }>(
      'select advance_audit_sink($1, $2, array[$3]::uuid[], array[1]::bigint[]) as moved',
      [sink?.sink, randomUUID(), practices[0]?.id],
    );
    expect(told).toEqual([{ moved: false }]);
  });
});
