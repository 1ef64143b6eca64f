/** How somebody known fares while strangers guess without end: the product only, by its public contract. */
import type { Call, Load, Outcome } from './load.js';
import type { ProductTarget } from './product-target.js';
import { nowMs, SideProcess } from './side-process.js';

const strangers = 300;
const seconds = 12;
/** Until every stranger is at it. */
const headStartMs = 2000;

/** One flood; times in milliseconds. */
export interface Flood {
  at: 'nothing' | 'one name' | '300 names';
  knownMs: number[];
  /** Sign-ins of the known device that were not 2xx. */
  knownRefused: number[];
  liveMs: number[];
  /** How many strangers were answered what. */
  answers: Record<number, number>;
}

/** Measures without a flood, with one at one name, and with one at three hundred. */
export async function measureFloods(target: ProductTarget): Promise<Flood[]> {
  const known = await target.knownSignIn();
  const floods: Flood[] = [];
  for (const at of ['nothing', 'one name', '300 names'] as const) {
    floods.push(await measureFlood(target, known, at));
  }
  return floods;
}

async function measureFlood(target: ProductTarget, known: Call, at: Flood['at']): Promise<Flood> {
  const wrong = target.wrongSignIns(at === 'one name' ? 1 : strangers);
  const flooders = at === 'nothing' ? 0 : strangers;
  const live: Call = { method: 'GET', path: '/health/live', headers: {}, body: '' };
  const processes = [1, 2, 3].map(() => new SideProcess('./load.js'));
  const untilMs = nowMs() + headStartMs + seconds * 1000;
  const run = (index: number, calls: Call[], concurrency: number, pauseMs: number) =>
    processes[index]?.ask<Outcome[]>({
      baseUrl: target.baseUrl,
      calls,
      concurrency,
      pauseMs,
      untilMs,
    } satisfies Load);
  try {
    const flooding = run(0, wrong, flooders, 0);
    await new Promise((resolve) => setTimeout(resolve, headStartMs));
    const [answered = [], signedIn = [], alive = []] = await Promise.all([
      flooding,
      run(1, [known], 1, 50),
      run(2, [live], 1, 20),
    ]);
    return {
      at,
      knownMs: signedIn.map(duration),
      knownRefused: signedIn.map(({ status }) => status).filter((status) => status !== 201),
      liveMs: alive.map(duration),
      answers: countOf(answered.map(({ status }) => status)),
    };
  } finally {
    for (const process of processes) process.stop();
  }
}

const duration = ({ startMs, endMs }: Outcome): number => endMs - startMs;

function countOf(statuses: number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
