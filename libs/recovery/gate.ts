import type { ResetRefusal, SecurityQuestionId } from '#contract';

/** Everything the gate looks at; gathered before, so that every branch costs the same. */
export interface GateFacts {
  /** The account as it is now, null when there is none of that name. */
  status: 'invited' | 'active' | 'deactivated' | null;
  practiceAsks: boolean;
  enrolledQuestion: SecurityQuestionId | null;
  askedQuestion: SecurityQuestionId;
  attemptLeft: boolean;
  answerIsRight: boolean;
}

/** Why nothing is sent; a name that nobody has leaves no row in anybody's log. */
export type Refusal = ResetRefusal | 'unknown-account';

type Check = readonly [name: Refusal, passes: (facts: GateFacts) => boolean];

/**
 * Whether a mail goes out, in the order in which it is decided. The first check that fails names the
 * reason, for the practice's log only: outside, every ending looks the same.
 */
const GATE: readonly Check[] = [
  ['unknown-account', ({ status }) => status !== null],
  ['deactivated', ({ status }) => status !== 'deactivated'],
  ['too-many-attempts', ({ attemptLeft }) => attemptLeft],
  ['no-question', ({ practiceAsks, enrolledQuestion }) => !practiceAsks || enrolledQuestion !== null],
  [
    'question-changed',
    ({ practiceAsks, enrolledQuestion, askedQuestion }) =>
      !practiceAsks || enrolledQuestion === askedQuestion,
  ],
  ['wrong-answer', ({ practiceAsks, answerIsRight }) => !practiceAsks || answerIsRight],
];

/** The name of the first check that fails, or null when the mail may go out. */
export function refusalReason(facts: GateFacts): Refusal | null {
  return GATE.find(([, passes]) => !passes(facts))?.[0] ?? null;
}
