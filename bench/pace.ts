/** Mail where the server takes its time: what a second worker brings, and what one practice's flood costs another. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Call, Load, Outcome } from './load.js';
import type { Bench } from './measure.js';
import { ProductTarget } from './product-target.js';
import type { Backend } from './queue-backend.js';
import { nowMs } from './side-process.js';
import type { Arrival, SinkQuestion } from './sink.js';
import type { ResetCall } from './target.js';

/** Where installations of their own are made for a measure, and how. */
export interface Site {
  bench: Bench;
  root: string;
  backend: Backend;
}

const answerMs = 100;
const resetsEach = 900;
const single = 40;
const newcomers = 4000;
/** Between two single resets, longer than one takes, so that none waits for another. */
const restMs = 250;
const patienceMs = 60_000;

/** Mails a second by one worker, and by two. */
export interface Workers {
  one: number;
  two: number;
}

/** Single resets of one practice, while nothing else happens and while another one's welcomes go out. */
export interface Fairness {
  usualMs: number[];
  duringMs: number[];
  /** Welcomes posted, and how many of them went out while the single resets were measured. */
  posted: number;
  meanwhile: number;
}

/** Starts an installation of its own, with as many workers as wanted, before a server that answers in 100 ms. */
async function withProduct<T>(
  { bench: { sink }, root, backend }: Site,
  name: string,
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
  return withProduct(site, 'workers', async (target) => ({
    one: await drain(site.bench, target, 1),
    two: await drain(site.bench, target, 2),
  }));
}

/** Mails a second from a backlog, once every worker is at it. */
async function drain(bench: Bench, target: ProductTarget, workers: number): Promise<number> {
  await target.stopWorkers();
  const calls = target.resets(resetsEach * workers);
  const posted = await send(bench, target, calls, { concurrency: 16, pauseMs: 0 });
  const expected = posted.filter(({ status }) => status === 202).length;
  await Promise.all(Array.from({ length: workers }, () => target.addWorker()));
  const question: SinkQuestion = { ask: 'arrivals', expected, patienceMs: 15_000 };
  const arrivals = await bench.sink.ask<Arrival[]>(question);
  if (arrivals.length < expected)
    throw new Error(`${expected - arrivals.length} of ${expected} mails are missing`);
  const times = arrivals.map(({ atMs }) => atMs).slice(Math.floor(expected / 3));
  return (times.length - 1) / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000);
}

/** What 4,000 welcomes of one practice cost single resets of another. */
export function measureFairness(site: Site): Promise<Fairness> {
  const { bench } = site;
  return withProduct(site, 'fairness', async (target) => {
    await singles(bench, target, 10);
    const usualMs = (await singles(bench, target, single)).mailMs;
    const flood = target.newcomers(newcomers);
    const posted = await send(bench, target, flood, { concurrency: 16, pauseMs: 0 });
    const { mailMs: duringMs, others: meanwhile } = await singles(bench, target, single);
    return { usualMs, duringMs, meanwhile, posted: posted.filter(({ status }) => status === 201).length };
  });
}

const send = (
  { load }: Bench,
  { baseUrl }: ProductTarget,
  calls: Call[],
  pace: { concurrency: number; pauseMs: number },
): Promise<Outcome[]> => load.ask<Outcome[]>({ baseUrl, calls, ...pace } satisfies Load);

/** Single resets with a rest between, from each request's start to its mail's last byte; others' mails are counted. */
async function singles(
  bench: Bench,
  target: ProductTarget,
  count: number,
): Promise<{ mailMs: number[]; others: number }> {
  const calls: ResetCall[] = target.resetsOfLast(count);
  const wanted = new Set(calls.map(({ address }) => address));
  await bench.sink.ask<Arrival[]>({ ask: 'arrivals', expected: 0, patienceMs: 0 } satisfies SinkQuestion);
  const outcomes = await send(bench, target, calls, { concurrency: 1, pauseMs: restMs });
  const arrived = new Map<string, number>();
  let others = 0;
  for (const untilMs = nowMs() + patienceMs; arrived.size < wanted.size && nowMs() < untilMs; ) {
    const question: SinkQuestion = { ask: 'arrivals', expected: 1, patienceMs: 1000 };
    for (const { address, atMs } of await bench.sink.ask<Arrival[]>(question)) {
      if (wanted.has(address)) arrived.set(address, atMs);
      else others += 1;
    }
  }
  const mailMs = outcomes.map(
    ({ startMs }, index) => (arrived.get(calls[index]?.address ?? '') ?? Number.POSITIVE_INFINITY) - startMs,
  );
  return { mailMs, others };
}
