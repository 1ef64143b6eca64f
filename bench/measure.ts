import type { Load, Outcome } from './load.js';
import { usageOf } from './process-tree.js';
import type { SideProcess } from './side-process.js';
import type { Arrival, SinkQuestion } from './sink.js';
import type { Target } from './target.js';

/** One run of one target; times in milliseconds. */
export interface Run {
  perSecond: number;
  httpMs: number[];
  /** From the request's start to its mail's last byte at the sink; empty for sign-ins. */
  mailMs: number[];
  /** The statuses that were not 2xx. */
  refused: number[];
  lost: number;
  duplicates: number;
  cpuMsEach: number;
}

/** What carries the load and receives the mail. */
export interface Bench {
  load: SideProcess;
  sink: SideProcess;
}

const patienceMs = 15_000;

function ok(outcome: Outcome): boolean {
  return outcome.status >= 200 && outcome.status < 300;
}

function refusedStatuses(outcomes: Outcome[]): number[] {
  return outcomes.filter((outcome) => !ok(outcome)).map(({ status }) => status);
}

function span(startsMs: number[], endsMs: number[]): number {
  const first = startsMs.reduce((least, ms) => Math.min(least, ms), Number.POSITIVE_INFINITY);
  const last = endsMs.reduce((most, ms) => Math.max(most, ms), 0);
  return (last - first) / 1000;
}

/** Measures resets to the last mail: only what was answered 2xx and has arrived at the sink counts. */
export async function measureResets(
  { load, sink }: Bench,
  target: Pick<Target, 'pid' | 'dataDir' | 'baseUrl' | 'resets'>,
  settings: { count: number; concurrency: number; pauseMs?: number },
): Promise<Run> {
  const calls = target.resets(settings.count);
  const cpuBefore = usageOf(target.pid, target.dataDir).cpuSeconds;
  const { concurrency, pauseMs = 0 } = settings;
  const outcomes = await load.ask<Outcome[]>({
    baseUrl: target.baseUrl,
    calls,
    concurrency,
    pauseMs,
  } satisfies Load);
  const accepted = outcomes.filter(ok).length;
  const question: SinkQuestion = { ask: 'arrivals', expected: accepted, patienceMs };
  const arrivals = await sink.ask<Arrival[]>(question);
  const cpuSeconds = usageOf(target.pid, target.dataDir).cpuSeconds - cpuBefore;

  const firstArrival = new Map<string, number>();
  for (const { address, atMs } of arrivals) if (!firstArrival.has(address)) firstArrival.set(address, atMs);
  const mailed = outcomes.flatMap((outcome, index) => {
    const atMs = firstArrival.get(calls[index]?.address ?? '');
    return ok(outcome) && atMs !== undefined ? [{ startMs: outcome.startMs, atMs }] : [];
  });
  const seconds = span(
    mailed.map(({ startMs }) => startMs),
    mailed.map(({ atMs }) => atMs),
  );
  return {
    perSecond: mailed.length / seconds,
    httpMs: outcomes.filter(ok).map(({ startMs, endMs }) => endMs - startMs),
    mailMs: mailed.map(({ startMs, atMs }) => atMs - startMs),
    refused: refusedStatuses(outcomes),
    lost: accepted - mailed.length,
    duplicates: arrivals.length - firstArrival.size,
    cpuMsEach: (cpuSeconds * 1000) / mailed.length,
  };
}

/** Measures sign-ins with the right password; only 2xx count. */
export async function measureSignIns(
  { load }: Bench,
  target: Target,
  settings: { count: number; concurrency: number },
): Promise<Run> {
  const calls = target.signIns(settings.count);
  const cpuBefore = usageOf(target.pid, target.dataDir).cpuSeconds;
  const { concurrency } = settings;
  const outcomes = await load.ask<Outcome[]>({
    baseUrl: target.baseUrl,
    calls,
    concurrency,
    pauseMs: 0,
  } satisfies Load);
  const cpuSeconds = usageOf(target.pid, target.dataDir).cpuSeconds - cpuBefore;
  const accepted = outcomes.filter(ok);
  const seconds = span(
    outcomes.map(({ startMs }) => startMs),
    outcomes.map(({ endMs }) => endMs),
  );
  return {
    perSecond: accepted.length / seconds,
    httpMs: accepted.map(({ startMs, endMs }) => endMs - startMs),
    mailMs: [],
    refused: refusedStatuses(outcomes),
    lost: 0,
    duplicates: 0,
    cpuMsEach: (cpuSeconds * 1000) / accepted.length,
  };
}

/** The smallest value that at least `share` (0 to 1) of all values do not exceed; NaN of nothing. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
