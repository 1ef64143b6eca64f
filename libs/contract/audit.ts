import * as z from 'zod';
import { Id, listOf, PageQuery, Timestamp } from './fields.js';

export const AUDIT_OUTCOMES = ['success', 'refused', 'failed'] as const;

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

export const ListAuditEvents = z.strictObject({
  ...PageQuery,
  actorId: z.string().max(100).optional(),
  action: z.string().max(100).optional(),
  targetId: z.string().max(100).optional(),
  outcome: z.enum(AUDIT_OUTCOMES).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
export type ListAuditEvents = z.infer<typeof ListAuditEvents>;

export const AuditVerificationView = z.object({
  intact: z.boolean(),
  events: z.int(),
  head: z.string(),
  publicKey: z.string(),
});
