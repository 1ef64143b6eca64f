// The append-only trail of each practice.
// Hides the hash chain, the function that alone may extend it, and how refusals of strangers are counted.
// Promises: a change and its event commit together or not at all; an edit, a gap, an insert or a reorder
// is found by walking the chain.
export { AUDIT_ACTIONS, type AuditAction } from './actions.js';
export { AuditModule } from './audit.module.js';
export { AuditReader } from './audit-reader.js';
export { AuditTrail } from './audit-trail.js';
