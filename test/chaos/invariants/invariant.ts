import type { Evidence } from '../evidence.js';

/** What must hold whatever happens, by the names that tests and reports use. */
export const INVARIANTS = {
  N1: 'Accepted is never lost: each accepted request ends in exactly one visible outcome',
  N2: 'At most one live temporary credential per user; the newest mail’s works until used or expired',
  N3: 'Duplicate mails carry the same Message-ID and the same temporary password',
  N4: 'Each change of state has exactly one audit event, no event lacks its change, the chain verifies',
  N5: 'No mail for work that was rolled back',
  N6: 'No temporary password at rest',
  N7: 'No effect across practices',
  N8: 'Nothing succeeds because a check could not run',
  N9: 'Service and backlog return to normal within the bound, without hands',
  N10: 'What was revoked or used up never revives',
} as const;

export type InvariantName = keyof typeof INVARIANTS;

/** Something that must not be, in one sentence for whoever has to find out why. */
export interface Violation {
  invariant: InvariantName;
  what: string;
}

/** One of them: looks at the evidence and says, in a sentence each, what contradicts it. */
export type Check = (evidence: Evidence) => Iterable<string>;
