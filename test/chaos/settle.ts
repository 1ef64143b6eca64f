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

interface Look extends Backlog {
  /** Where all that is left has been put off: seconds until the first of it is due. */
  restsForSeconds: number | null;
}

/**
 * Waits until nothing is left to be done, moving the clock where only time is missing. The faults are over;
 * nobody helps but time.
 */
export async function settled(installation: Installation): Promise<Recovery> {
  const from = performance.now();
  let leapt = 0;
  for (;;) {
    const { restsForSeconds, ...backlog } = await quiet(installation);
    const neededSeconds = Math.round((performance.now() - from) / 1_000) + leapt;
    const done = backlog.undelivered + backlog.unanswered === 0;
    if (done || neededSeconds > BOUND_SECONDS) {
      return { ...backlog, boundSeconds: BOUND_SECONDS, neededSeconds };
    }
    const leap = restsForSeconds ?? LEAP_SECONDS;
    await installation.advance(leap);
    leapt += leap;
  }
}

/** The backlog once it is empty, or all put off, or has not become smaller for a while. */
async function quiet(installation: Installation): Promise<Look> {
  let [before, since] = [Number.POSITIVE_INFINITY, performance.now()];
  for (;;) {
    const look = await lookAt(installation);
    const left = look.undelivered + look.unanswered;
    if (left === 0 || look.restsForSeconds !== null) return look;
    if (left >= before && performance.now() - since > QUIET_MILLISECONDS) return look;
    if (left < before) [before, since] = [left, performance.now()];
    await sleep(50);
  }
}

async function lookAt({ postgres }: Installation): Promise<Look> {
  const [row] = await postgres.query<Look>(
    `with outbox as (
       select due_at - now() - make_interval(secs => offset_seconds) as rest, claimed_by, lease from outbox, clock
     ), answers as (select count(*)::int as unanswered from given_answers)
     select undelivered, unanswered,
       case when unanswered = 0 and rests then ceil(extract(epoch from rest))::int end as "restsForSeconds"
     from answers, (select count(*)::int as undelivered, min(rest) as rest,
       bool_and(claimed_by is null and lease is null and rest > interval '0') as rests from outbox) waiting`,
  );
  if (!row) throw new Error('The database does not tell what is left');
  return row;
}
