/**
 * So many have their turn in a minute at `RATE_LIMIT_FACTOR` 1: whoever is surprised by the mail asks somebody,
 * and a thousand mails of one kind within a minute look like spam to the servers that receive them.
 */
const PER_MINUTE = 60;
/** One transaction may hold up whoever changes one of these people meanwhile. */
const MOST_IN_A_STEP = 50;
const STEPS_A_MINUTE = 12;

export const perMinute = (factor: number): number => PER_MINUTE * factor;

/** How many have their turn in one step … */
export const mostInAStep = (factor: number): number =>
  Math.min(Math.max(Math.floor(perMinute(factor) / STEPS_A_MINUTE), 1), MOST_IN_A_STEP);

/** … and how long it is from the turns of so many to the next. */
export const secondsFor = (turns: number, factor: number): number => (turns * 60) / perMinute(factor);
