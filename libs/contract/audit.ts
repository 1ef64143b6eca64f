import * as z from 'zod';
import { Id, listOf, Moment, PageQuery, Term, Timestamp } from './fields.js';

const AUDIT_OUTCOMES = ['success', 'refused', 'failed'] as const;

export const AuditEventView = z.object({
  id: Id,
  seq: z.int(),
  at: Timestamp,
  action: z.string(),
  actor: z.object({ type: z.string(), id: z.string().nullable() }),
  target: z.object({ type: z.string(), id: z.string().nullable() }).nullable(),
  outcome: z.enum(AUDIT_OUTCOMES),
  sourceAddress: z.string().nullable(),
  requestId: z.string().nullable(),
  changes: z.record(z.string(), z.unknown()),
});
export type AuditEventView = z.infer<typeof AuditEventView>;
export const AuditEventListView = listOf(AuditEventView);

const FILTERS = {
  /** Of the event itself. */
  id: Id.optional(),
  requestId: Term.optional(),
  actorId: Term.optional(),
  action: Term.optional(),
  targetId: Term.optional(),
  /** Who acted or was acted upon, or whose reset or mail it was. */
  personId: Term.optional(),
  sourceAddress: Term.optional(),
  outcome: z.enum(AUDIT_OUTCOMES).optional(),
  from: Moment.optional(),
  to: Moment.optional(),
};

export const ListAuditEvents = z.strictObject({
  ...PageQuery,
  ...FILTERS,
  /** The `seq` of an event that is to stand in the middle of the first page. */
  around: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
});
export type ListAuditEvents = z.infer<typeof ListAuditEvents>;

const EXPORT_FORMATS = ['csv', 'ndjson'] as const;

export const ExportAuditEvents = z.strictObject({ format: z.enum(EXPORT_FORMATS), ...FILTERS });
export type ExportAuditEvents = z.infer<typeof ExportAuditEvents>;

/** The first thing that is wrong with a trail: one entry, or the first of several among which it lies. */
const AuditFault = z.object({ from: z.int(), to: z.int(), what: z.string() });

export const AuditVerificationView = z.object({
  intact: z.boolean(),
  /** How many the trail has had; the first `archived` of them stand in archives only. */
  events: z.int(),
  archived: z.int(),
  head: z.string(),
  publicKey: z.string(),
  /** Up to which event the trail is signed: later ones wait a minute at most. */
  signed: z.int(),
  fault: AuditFault.nullable(),
});
export type AuditVerificationView = z.infer<typeof AuditVerificationView>;
