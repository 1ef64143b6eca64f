/** What the import of a large file into one practice, with a welcome to everybody in it, costs single resets of others. */
import type { Load, Outcome } from './load.js';
import type { Bench } from './measure.js';
import { type Site, withProduct } from './pace.js';
import type { ProductTarget } from './product-target.js';
import { nowMs } from './side-process.js';
import type { Arrival, SinkQuestion } from './sink.js';
import type { ResetCall } from './target.js';
import { isWelcome, untilStored, usersFile } from './users-file.js';

const rows = 20_000;
const warmUp = 20;
const usual = 40;
/** Between the answer to a reset and the next one. */
const restMs = 250;
const lookEveryMs = 500;
const patienceMs = 60_000;

/** Resets one after the other, each from its request's start to its mail's last byte. */
interface Singles {
  mailMs: number[];
  /** Those of the import that arrived meanwhile. */
  welcomes: number;
}

/** Single resets while nothing else happens, while an import is stored, and while the rest of its welcomes go out. */
export interface Fairness {
  /** What the mail server takes to accept a mail. */
  answerMs: number;
  rows: number;
  storedSeconds: number;
  usually: Singles;
  whileStored: Singles;
  afterwards: Singles;
}

/** Before a mail server that takes its time, which then sets the pace, and before one that does not. */
export async function measureFairness(site: Site): Promise<Fairness[]> {
  return [await measureBefore(site, 100), await measureBefore(site, 0)];
}

function measureBefore(site: Site, answerMs: number): Promise<Fairness> {
  const { bench } = site;
  return withProduct(site, `fairness-${answerMs}`, answerMs, async (target) => {
    await singles(bench, target, ({ mailMs }) => mailMs.length < warmUp);
    const usually = await singles(bench, target, ({ mailMs }) => mailMs.length < usual);
    const begun = await target.importUsers(usersFile(rows));
    let over = false;
    const storing = untilStored(begun, rows, lookEveryMs).finally(() => {
      over = true;
    });
    const [{ storedSeconds }, whileStored] = await Promise.all([
      storing,
      singles(bench, target, () => !over),
    ]);
    const left = rows - whileStored.welcomes;
    const afterwards = await singles(
      bench,
      target,
      ({ mailMs, welcomes }) => mailMs.length < usual && welcomes < left,
    );
    for (const { mailMs, welcomes } of [whileStored, afterwards]) {
      // Resets beside an import that stands still would show nothing, and meet every bar.
      if (mailMs.length === 0 || welcomes < mailMs.length)
        throw new Error(`only ${welcomes} welcomes arrived during ${mailMs.length} single resets`);
    }
    return { answerMs, rows, storedSeconds, usually, whileStored, afterwards };
  });
}

/** Goes round the practices that are seeded, as long as `goOn` says so of what is known. */
async function singles(
  bench: Bench,
  target: ProductTarget,
  goOn: (known: Singles) => boolean,
): Promise<Singles> {
  const known: Singles = { mailMs: [], welcomes: 0 };
  while (goOn(known)) {
    const calls = target.resets(1) as [ResetCall];
    const load: Load = { baseUrl: target.baseUrl, calls, concurrency: 1, pauseMs: restMs };
    const [{ status, startMs }] = await bench.load.ask<[Outcome]>(load);
    if (status !== 202) throw new Error(`a single reset was answered ${status}`);
    const { atMs, welcomes } = await arrivalOf(calls[0], bench);
    known.mailMs.push(atMs - startMs);
    known.welcomes += welcomes;
  }
  return known;
}

/** When the mail of a reset arrived, and how many welcomes have since the last question. */
async function arrivalOf(
  { address }: ResetCall,
  { sink }: Bench,
): Promise<{ atMs: number; welcomes: number }> {
  const question: SinkQuestion = { ask: 'arrivals', expected: 1, patienceMs: 1000 };
  let welcomes = 0;
  for (const untilMs = nowMs() + patienceMs; nowMs() < untilMs; ) {
    const arrivals = await sink.ask<Arrival[]>(question);
    welcomes += arrivals.filter(isWelcome).length;
    const arrival = arrivals.find((one) => one.address === address);
    if (arrival) return { atMs: arrival.atMs, welcomes };
  }
  throw new Error(`no mail of a single reset within ${patienceMs / 1000} s`);
}
