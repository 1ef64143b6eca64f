import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeyRing } from '../../libs/secrets/index.js';
import { exportTrail, grow } from '../support/audit-files.js';
import { selfSigned } from '../support/certificate.js';
import { openPractice } from '../support/practice.js';
import { killLaunched, type Launched, launch, says } from '../support/processes.js';
import { type Product, startProduct } from '../support/product.js';
import {
  type HttpReceiver,
  openHttpReceiver,
  openSyslogReceiver,
  type Receiver,
  type SyslogReceiver,
} from '../support/siem-receivers.js';

const PRACTICES = 3;
const KILLS = 5;
const keys = KeyRing.generate();
const certificate = selfSigned();
let product: Product;
let syslog: SyslogReceiver;
let http: HttpReceiver;
let ids: string[];

beforeAll(async () => {
  syslog = await openSyslogReceiver(certificate);
  http = await openHttpReceiver();
  // Slow enough that a kill finds events on their way.
  http.answer = () => new Promise((resolve) => setTimeout(resolve, 150, { status: 200 }));
  product = await startProduct({ env: { LATCHKEY_KEYS: keys } });
  for (let count = 0; count < PRACTICES; count += 1) await openPractice(product);
  await product.stopWorker();
  const rows = await product.database.query<{ practice_id: string }>('select practice_id from practices');
  ids = rows.map(({ practice_id }) => practice_id);
});
afterAll(async () => {
  await killLaunched();
  await product.stop();
  await syslog.stop();
  await http.stop();
});

async function startWorker(): Promise<Launched> {
  const worker = launch(['worker'], {
    LATCHKEY_KEYS: keys,
    SMTP_URL: product.mailbox.url,
    LOG_LEVEL: 'info',
    DATABASE_URL: product.database.workerUrl,
    AUDIT_SINKS: `${syslog.url},${http.url}`,
    AUDIT_SINK_CA: certificate.cert,
  });
  await says(worker, 'the worker relays and sends');
  return worker;
}

async function kill(worker: Launched): Promise<void> {
  worker.signalGroup('SIGKILL');
  await worker.ended;
}

const more = async (count: number) => {
  for (const id of ids) await grow(product, id, count);
};

async function expectEverything(receiver: Receiver): Promise<void> {
  for (const id of ids) {
    const wanted = (await exportTrail(product, id)).split('\n').filter((line) => line.startsWith('{"event"'));
    const firsts = () => [
      ...new Set(receiver.events.filter(({ practiceId }) => practiceId === id).map(({ line }) => line)),
    ];
    await expect
      .poll(() => firsts().slice(0, wanted.length), { timeout: 20_000, interval: 100 })
      .toEqual(wanted);
  }
}

it('a worker that is killed again and again in the middle of streaming costs no event, and no practice its order', async () => {
  let worker = await startWorker();
  for (let kills = 0; kills < KILLS; kills += 1) {
    const [requests, connections] = [http.requests.length, syslog.connections];
    await more(60);
    await expect
      .poll(() => syslog.connections, { timeout: 20_000, interval: 5 })
      .toBeGreaterThan(connections);
    if (kills % 2)
      await expect
        .poll(() => http.requests.length, { timeout: 20_000, interval: 5 })
        .toBeGreaterThan(requests);
    await kill(worker);
    // Nobody waits here for the hold of the killed one to lapse.
    await product.advance(10);
    worker = await startWorker();
  }
  await expectEverything(syslog);
  await expectEverything(http);
  await kill(worker);
});

it('another worker goes on within seconds when the one that streams is killed', async () => {
  const [first, second] = [await startWorker(), await startWorker()];
  await more(20);
  await expectEverything(http);
  await kill(first);
  await more(20);
  await expectEverything(http);
  await kill(second);
});
