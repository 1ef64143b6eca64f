// The append-only trail of each practice.
// Hides the hash chain, the function that alone may extend it, the tree and the key that sign it, where its
// roots are carried, and how refusals of strangers are counted.
// Promises: a change and its event commit together or not at all; an edit, a gap, an insert or a reorder is
// found by walking the chain, a rewritten chain by its signatures, a cut or replaced one by an outside anchor.
export { AUDIT_ACTIONS, type AuditAction } from './actions.js';
export { type Archived, Archives, NotYet } from './archives.js';
export { AuditModule, AuditWorkerModule } from './audit.module.js';
export { AuditExport } from './audit-export.js';
export { AuditKeys } from './audit-keys.js';
export { AuditReader } from './audit-reader.js';
export { AuditRounds } from './audit-rounds.js';
export { AuditTrail, type Refusal } from './audit-trail.js';
export { AuditVerification } from './audit-verification.js';
export { DemoTrail } from './demo-trail.js';
export { entryLine } from './export-format.js';
export { faultWords } from './fault-words.js';
export { checkOffline, seam, type Verdict } from './offline-check.js';
export { makeProof } from './proof.js';
export { nobody } from './strangers.js';
export { type Doorstep, ThrottledRefusals } from './throttled-refusals.js';
export { type TrailRow, TrailRows } from './trail-rows.js';
