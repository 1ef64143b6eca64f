import * as z from 'zod';
import { Id, listOf, PageQuery, Timestamp } from './fields.js';

export const SUPPORT_GRANT_STATES = ['proposed', 'approved', 'cancelled', 'carried_out', 'expired'] as const;
export type SupportGrantState = (typeof SUPPORT_GRANT_STATES)[number];

/** One line that customer service gives: a ticket and what happened, no names. */
export const SupportReason = z
  .string()
  .overwrite((text) => text.normalize('NFC').trim())
  .min(10, 'must say in at least 10 characters why')
  .max(300)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202A-\u202E\u2066-\u2069]*$/u, 'must be one line of plain text');

/** Customer service's leave to start one reset: two operators, a delay, to the stored address. */
export const SupportGrantView = z.object({
  id: Id,
  userId: Id,
  username: z.string(),
  state: z.enum(SUPPORT_GRANT_STATES),
  reason: z.string(),
  proposedBy: z.string(),
  proposedAt: Timestamp,
  approvedBy: z.string().nullable(),
  approvedAt: Timestamp.nullable(),
  dueAt: Timestamp.nullable(),
  expiresAt: Timestamp,
  resetId: Id.nullable(),
});
export type SupportGrantView = z.infer<typeof SupportGrantView>;
export const SupportGrantListView = listOf(SupportGrantView);

export const ListSupportGrants = z.strictObject({
  ...PageQuery,
  state: z.enum(SUPPORT_GRANT_STATES).optional(),
});
export type ListSupportGrants = z.infer<typeof ListSupportGrants>;
