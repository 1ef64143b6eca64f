import * as z from 'zod';
import { RoleKey } from './access.js';
import { Id, listOf, Moment, PageQuery, Timestamp } from './fields.js';

/** As many users at once, in the answer about one bulk reset. */
const MOST_ROWS = 20_000;

const Filter = z.strictObject({
  role: RoleKey.optional().describe('users with this role'),
  status: z
    .enum(['active', 'invited'])
    .optional()
    .describe('active unless told otherwise: whoever was invited has a welcome email, which this replaces'),
  changedBefore: Moment.optional().describe('users whose password was last set before this moment'),
});
export type BulkResetFilter = z.infer<typeof Filter>;

/** Both must be said, so that nothing is sent to everybody by leaving something out. */
export const ResetManyPasswords = z.strictObject({
  filter: Filter,
  dryRun: z.boolean().describe('only say whom it would be for'),
});
export type ResetManyPasswords = z.infer<typeof ResetManyPasswords>;

export const BulkResetPreviewView = z.object({
  count: z.int(),
  sample: z
    .array(z.object({ userId: Id, username: z.string(), displayName: z.string() }))
    .describe('the first ten, by username'),
});
export type BulkResetPreviewView = z.infer<typeof BulkResetPreviewView>;

const BULK_RESET_STATES = ['running', 'paused', 'completed', 'cancelled'] as const;
export const BULK_RESET_OUTCOMES = ['pending', 'requested', 'skipped', 'failed', 'cancelled'] as const;
export type BulkResetOutcome = (typeof BULK_RESET_OUTCOMES)[number];

const BulkResetRowView = z.object({
  userId: Id,
  username: z.string(),
  outcome: z.enum(BULK_RESET_OUTCOMES),
  reason: z.string().nullable(),
});
export type BulkResetRowView = z.infer<typeof BulkResetRowView>;

export const BulkResetView = z.object({
  id: Id,
  state: z.enum(BULK_RESET_STATES),
  filter: z.object({
    role: z.string().optional(),
    status: z.string().optional(),
    changedBefore: Timestamp.optional(),
  }),
  total: z.int().describe('users whom it was for when it began'),
  done: z.int().describe('users who have had their turn'),
  requested: z.int().describe('temporary passwords that were asked for; the log of resets has each'),
  skipped: z.int().describe('users whom it is not for any more'),
  failed: z.int(),
  perMinute: z.number().describe('how many have their turn in a minute'),
  reason: z.string().nullable().describe('why it ended early'),
  createdAt: Timestamp,
  finishedAt: Timestamp.nullable(),
});
export type BulkResetView = z.infer<typeof BulkResetView>;
export const BulkResetListView = listOf(BulkResetView);

export const ListBulkResets = z.strictObject(PageQuery);
export type ListBulkResets = z.infer<typeof ListBulkResets>;

/** A week after the end the rows are forgotten, and this is empty. */
export const BulkResetDetailView = BulkResetView.extend({
  rows: z.array(BulkResetRowView),
  nextCursor: z.string().nullable(),
});
export type BulkResetDetailView = z.infer<typeof BulkResetDetailView>;

/** All rows at once unless told otherwise. */
export const ListBulkResetRows = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MOST_ROWS).default(MOST_ROWS),
  cursor: z.string().max(2048).optional(),
  outcome: z.enum(BULK_RESET_OUTCOMES).optional(),
});
export type ListBulkResetRows = z.infer<typeof ListBulkResetRows>;
