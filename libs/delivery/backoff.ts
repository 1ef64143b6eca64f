const LEAST_SECONDS = 5;
const FIRST_SECONDS = 10;
const LONGEST_SECONDS = 15 * 60;

/**
 * Seconds until the next attempt: anything between the least pause and a bound that doubles up to a cap
 * ("full jitter"), so that mails held up by the same outage do not come back in one wave.
 */
export function backoffSeconds(attempts: number, random: () => number = Math.random): number {
  const bound = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.max(0, attempts - 1));
  return LEAST_SECONDS + (bound - LEAST_SECONDS) * random();
}
