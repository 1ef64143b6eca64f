import { setTimeout as sleep } from 'node:timers/promises';
import type { Recovery } from './evidence.js';
import type { Installation } from './installation.js';

/** A dead worker's lease, then the longest pause between two attempts, and a minute for the work itself. */
const BOUND_SECONDS = 60 + 900 + 60;
/** As long as a lease or a claim lasts: what a crash left behind is due again. */
const LEAP_SECONDS = 61;
const QUIET_MILLISECONDS = 3_000;

interface Backlog {
  undelivered: number;
  unanswered: number;
}

/**
 * Waits until nothing is left to be done, moving the clock where only time is missing. The faults are over;
 * nobody helps but time.
 */
export async function settled(installation: Installation): Promise<Recovery> {
  const from = performance.now();
  let leapt = 0;
  for (;;) {
    const backlog = await quiet(installation);
    const neededSeconds = Math.round((performance.now() - from) / 1_000) + leapt;
    const done = backlog.undelivered + backlog.unanswered === 0;
    if (done || neededSeconds > BOUND_SECONDS) {
      return { ...backlog, boundSeconds: BOUND_SECONDS, neededSeconds };
    }
    await installation.advance(LEAP_SECONDS);
    leapt += LEAP_SECONDS;
  }
}

/** The backlog once it is empty, or has not become smaller for a while. */
async function quiet(installation: Installation): Promise<Backlog> {
  let [before, since] = [Number.POSITIVE_INFINITY, performance.now()];
  for (;;) {
    const backlog = await backlogOf(installation);
    const now = backlog.undelivered + backlog.unanswered;
    if (now === 0 || (now >= before && performance.now() - since > QUIET_MILLISECONDS)) return backlog;
    if (now < before) [before, since] = [now, performance.now()];
    await sleep(50);
  }
}

async function backlogOf({ postgres }: Installation): Promise<Backlog> {
  const [row] = await postgres.query<{ undelivered: number; unanswered: number }>(
    `select (select count(*) from outbox)::int as undelivered,
       (select count(*) from given_answers)::int as unanswered`,
  );
  return row ?? { undelivered: 0, unanswered: 0 };
}
