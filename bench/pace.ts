/** What a second worker brings where the mail server takes its time. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Load, Outcome } from './load.js';
import type { Bench } from './measure.js';
import { ProductTarget } from './product-target.js';
import type { Backend } from './queue-backend.js';
import type { Arrival, SinkQuestion } from './sink.js';

/** Where installations of their own are made for a measure, and how. */
export interface Site {
  bench: Bench;
  root: string;
  backend: Backend;
}

const answerMs = 100;
const resetsEach = 900;

/** Mails a second by one worker, and by two. */
export interface Workers {
  one: number;
  two: number;
}

/** Starts an installation of its own, with as many workers as wanted, before a mail server that answers in `answerMs`. */
export async function withProduct<T>(
  { bench: { sink }, root, backend }: Site,
  name: string,
  answerMs: number,
  work: (target: ProductTarget) => Promise<T>,
): Promise<T> {
  const port = await sink.ask<number>({ ask: 'listen', delayMs: answerMs } satisfies SinkQuestion);
  const folder = join(root, name);
  await mkdir(folder);
  const target = new ProductTarget(folder, `smtp://127.0.0.1:${port}`, { apart: true, backend });
  try {
    await target.start();
    await target.fill();
    return await work(target);
  } finally {
    await target.stop();
  }
}

/** What two workers send a second, and one: of resets that wait for them, so that nothing else sets the pace. */
export function measureWorkers(site: Site): Promise<Workers> {
  return withProduct(site, 'workers', answerMs, async (target) => ({
    one: await drain(site.bench, target, 1),
    two: await drain(site.bench, target, 2),
  }));
}

/** Mails a second from a backlog, once every worker is at it. */
async function drain({ load, sink }: Bench, target: ProductTarget, workers: number): Promise<number> {
  await target.stopWorkers();
  const calls = target.resets(resetsEach * workers);
  const { baseUrl } = target;
  const posted = await load.ask<Outcome[]>({ baseUrl, calls, concurrency: 16, pauseMs: 0 } satisfies Load);
  const expected = posted.filter(({ status }) => status === 202).length;
  if (expected < calls.length)
    throw new Error(`${calls.length - expected} of ${calls.length} resets were refused`);
  await Promise.all(Array.from({ length: workers }, () => target.addWorker()));
  const question: SinkQuestion = { ask: 'arrivals', expected, patienceMs: 15_000 };
  const arrivals = await sink.ask<Arrival[]>(question);
  if (arrivals.length < expected)
    throw new Error(`${expected - arrivals.length} of ${expected} mails are missing`);
  const times = arrivals.map(({ atMs }) => atMs).slice(Math.floor(expected / 3));
  return (times.length - 1) / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000);
}
