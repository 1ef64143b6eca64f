// What is let in, and how fast.
// Hides how slow hashing is bounded and who waits for whom.
// Promises: a flood of sign-ins is told to come back instead of slowing everything else.
export { AdmissionModule } from './admission.module.js';
export { HashingLane } from './hashing-lane.js';
