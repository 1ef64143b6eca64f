// What is let in, and how fast; what was let in once is not carried out twice.
// Hides how slow hashing is bounded and who waits for whom, and how answers are kept for a retry.
// Promises: a flood of sign-ins is told to come back instead of slowing everything else; a request repeated
// with its key within 24 hours is answered as the first time.
export { AdmissionModule } from './admission.module.js';
export { HashingLane } from './hashing-lane.js';
export { type KeptAnswer, KeptAnswers, type Repeatable } from './kept-answers.js';
