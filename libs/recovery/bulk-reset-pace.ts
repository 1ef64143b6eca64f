/**
 * So many have their turn in a minute at `RATE_LIMIT_FACTOR` 1: whoever is surprised by the mail asks somebody,
 * and a thousand mails of one kind within a minute look like spam to the servers that receive them.
 */
const PER_MINUTE = 60;
/** One transaction may hold up whoever changes one of these people meanwhile. */
const MOST_IN_A_STEP = 50;
const STEPS_A_MINUTE = 12;

export const perMinute = (factor: number): number => PER_MINUTE * factor;

/** How many have their turn in one step, and after how long the next step is due. */
export function pace(factor: number): { rows: number; seconds: number } {
  const rows = Math.min(Math.max(Math.floor(perMinute(factor) / STEPS_A_MINUTE), 1), MOST_IN_A_STEP);
  return { rows, seconds: (rows * 60) / perMinute(factor) };
}
