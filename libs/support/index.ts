// Break-glass: customer service's way in when every administrator of a practice is locked out. To change
// its rules, change grant-checks.ts.
// Hides how a grant moves from proposal to reset, and what ends it in between.
// Promises: two operators, a delay that the practice is told of, the stored address and no other; every
// step is in the practice's own trail.
export { GrantUpkeep } from './grant-upkeep.js';
export { SupportModule } from './support.module.js';
export { SupportGrants } from './support-grants.js';
