const FIRST_SECONDS = 10;
const LONGEST_SECONDS = 15 * 60;

/**
 * Seconds until the next attempt: exponential with "equal jitter" (half fixed, half random), capped, so
 * that mails held up by the same outage do not come back in one wave.
 */
export function backoffSeconds(attempts: number, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.max(0, attempts - 1));
  return whole / 2 + (whole / 2) * random();
}
