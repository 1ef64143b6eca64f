import * as z from 'zod';
import { line, Timestamp } from './fields.js';

/** What the law asks for at least (45 CFR 164.316(b)(2)(i)). */
const Years = z.int().min(6).max(100);

export const RetainTrail = z.strictObject({ years: Years });
export type RetainTrail = z.infer<typeof RetainTrail>;

/** Names what is confirmed: it may have been asked for anew since it was read. */
export const ConfirmRetention = z.strictObject({ years: Years });
export type ConfirmRetention = z.infer<typeof ConfirmRetention>;

/** Why the trail is held, in one line: a case, no names. */
export const HoldTrail = z.strictObject({ reason: line(300) });
export type HoldTrail = z.infer<typeof HoldTrail>;

const Person = z.object({ type: z.enum(['user', 'operator']), id: z.string() });

const HoldView = z
  .object({
    since: Timestamp,
    by: Person,
    reason: z.string(),
    /** Asked for by one; it takes a second. */
    lifting: z.object({ requestedBy: Person, requestedAt: Timestamp }).nullable(),
  })
  .nullable();

/** How long the trail is kept, what is to become of that, and who holds all of it. */
export const AuditRetentionView = z.object({
  years: z.int(),
  pending: z
    .object({
      years: z.int(),
      requestedBy: Person,
      requestedAt: Timestamp,
      confirmedBy: Person.nullable(),
      effectiveAt: Timestamp.nullable(),
    })
    .nullable(),
  hold: HoldView,
  /** The installation's own, which the practice cannot lift. */
  operatorHold: HoldView,
});
export type AuditRetentionView = z.infer<typeof AuditRetentionView>;
