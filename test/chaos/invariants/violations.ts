import type { Evidence } from '../evidence.js';
import { neverLost, nothingFromNowhere, nothingSlippedThrough } from './accepted.js';
import { duplicatesAreIdentical, nothingRevives, oneLiveCredential } from './credentials.js';
import type { Check, InvariantName, Violation } from './invariant.js';
import { comesBack, nothingAtRest, practicesStayApart } from './surroundings.js';
import { trailAgrees } from './trail.js';

const CHECKS: Record<InvariantName, Check> = {
  N1: neverLost,
  N2: oneLiveCredential,
  N3: duplicatesAreIdentical,
  N4: trailAgrees,
  N5: nothingFromNowhere,
  N6: nothingAtRest,
  N7: practicesStayApart,
  N8: nothingSlippedThrough,
  N9: comesBack,
  N10: nothingRevives,
};

/** Everything in the evidence that contradicts an invariant. */
export function violationsIn(evidence: Evidence): Violation[] {
  return (Object.keys(CHECKS) as InvariantName[]).flatMap((invariant) =>
    [...CHECKS[invariant](evidence)].map((what) => ({ invariant, what })),
  );
}

/** What was found at one look and not at the next. */
export const goneSince = (before: readonly Violation[], now: readonly Violation[]): Violation[] =>
  before.filter(
    (one) => !now.some(({ invariant, what }) => invariant === one.invariant && what === one.what),
  );
