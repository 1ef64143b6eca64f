// Practices and their Practice ID.
// Hides how a Practice ID leads to a tenant.
// Promises: a Practice ID is never reused, and nothing but it leads from outside into a practice.
export { Practice, PracticeSchema } from './practice.entity.js';
export { Practices } from './practices.js';
export { PracticesModule } from './practices.module.js';
