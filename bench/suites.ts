import type { Floor, FloorQuestion } from './floor.js';
import type { LimitTarget } from './limit-target.js';
import { type Bench, measureResets, measureSignIns, type Run } from './measure.js';
import { usageOf } from './process-tree.js';
import { nowMs, SideProcess } from './side-process.js';
import type { SinkQuestion } from './sink.js';
import type { Target } from './target.js';

export const suiteNames = ['resets', 'sign-ins', 'latency', 'flood', 'floor', 'workers', 'fairness'] as const;
export type SuiteName = (typeof suiteNames)[number];

/** Everything measured of one target; one run per round. */
export interface Measured {
  firstStartSeconds: number;
  secondStartSeconds: number;
  idleMegabytes: number;
  idleCpuPercent: number;
  busyMegabytes: number;
  processes: number;
  resets: Run[];
  signIns: Run[];
  /** One client that asks again as soon as it is answered. */
  latency: Run[];
  /** One client that rests 50 ms between an answer and its next request. */
  restedLatency: Run[];
}

const resetsARound = 4000;
const signInsARound = 1000;

async function timed(work: () => Promise<void>): Promise<number> {
  const startMs = nowMs();
  await work();
  return (nowMs() - startMs) / 1000;
}

/** Starts a target twice (from nothing, then again), fills it and lets it come to rest. */
export async function prepare(target: Target): Promise<Measured> {
  const firstStartSeconds = await timed(() => target.start());
  await target.stop();
  const secondStartSeconds = await timed(() => target.start());
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const fresh = usageOf(target.pid, target.dataDir);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const rested = usageOf(target.pid, target.dataDir);
  await target.fill();
  return {
    firstStartSeconds,
    secondStartSeconds,
    idleMegabytes: rested.pssMegabytes,
    idleCpuPercent: ((rested.cpuSeconds - fresh.cpuSeconds) / 3) * 100,
    busyMegabytes: rested.pssMegabytes,
    processes: rested.processes,
    resets: [],
    signIns: [],
    latency: [],
    restedLatency: [],
  };
}

/** Lets every target reach its speed before anything counts. */
export async function warmUp(bench: Bench, targets: Iterable<Target>, suites: Set<SuiteName>): Promise<void> {
  const sendsMail = suites.has('resets') || suites.has('latency');
  for (const target of targets) {
    if (sendsMail) await measureResets(bench, target, { count: 1500, concurrency: 32 });
    if (suites.has('sign-ins')) await measureSignIns(bench, target, { count: 200, concurrency: 16 });
  }
}

/** One round of the chosen suites on one target, added to what was measured before. */
export async function runRound(
  bench: Bench,
  target: Target,
  measured: Measured,
  suites: Set<SuiteName>,
): Promise<void> {
  if (suites.has('resets')) {
    measured.resets.push(await measureResets(bench, target, { count: resetsARound, concurrency: 32 }));
  }
  if (suites.has('latency')) {
    measured.latency.push(await measureResets(bench, target, { count: 400, concurrency: 1 }));
    measured.restedLatency.push(
      await measureResets(bench, target, { count: 60, concurrency: 1, pauseMs: 50 }),
    );
  }
  if (suites.has('sign-ins')) {
    measured.signIns.push(await measureSignIns(bench, target, { count: signInsARound, concurrency: 16 }));
  }
  const { pssMegabytes } = usageOf(target.pid, target.dataDir);
  measured.busyMegabytes = Math.max(measured.busyMegabytes, pssMegabytes);
}

/** Measures the bare parts of the limit's work against its database and the sink. */
export async function measureFloor(bench: Bench, limit: LimitTarget, smtpUrl: string): Promise<Floor> {
  const floor = new SideProcess('./floor.js');
  try {
    const question: FloorQuestion = { databaseUrl: limit.databaseUrl, smtpUrl };
    return await floor.ask<Floor>(question);
  } finally {
    floor.stop();
    await bench.sink.ask({ ask: 'arrivals', expected: 0, patienceMs: 0 } satisfies SinkQuestion);
  }
}
