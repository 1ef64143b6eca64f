// How long a practice's trail is kept, and the holds that keep all of it.
// Hides who must agree to what, and how refusals of the database read; the rules themselves are its functions.
// Promises: shorter takes two administrators and seven days; under a hold nothing is removed, and lifting one
// takes two; every step is in the practice's own trail, and its administrators are told of what they do there.
export { OperatorHolds } from './operator-holds.js';
export { PracticeHold } from './practice-hold.js';
export { Retention } from './retention.js';
export { RetentionModule } from './retention.module.js';
export { RetentionReader } from './retention-reader.js';
