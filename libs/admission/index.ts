// What is let in, and how fast: guesses per account, requests per address and practice, hashes at a time; and
// what was let in once is not carried out twice.
// Hides how attempts are counted, how processes share their counts, who waits for whom, and how answers are
// kept for a retry.
// Promises: a flood is told to come back instead of slowing everything else; guesses of strangers never make
// a known device wait; what was counted survives a restart; nothing counted tells whether an account exists; a
// request repeated with its key within 24 hours is answered as the first time.
export { AdmissionModule } from './admission.module.js';
export { AttemptLimits, type Guess, type Place, tooManyAttempts } from './attempt-limits.js';
export { type KeptAnswer, KeptAnswers, type Repeatable } from './kept-answers.js';
export { HashingLane, ReadingLane } from './lane.js';
export { type RequestLimitName, RequestLimits } from './request-limits.js';
export { Turnstile } from './turnstile.js';
