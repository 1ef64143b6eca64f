import * as z from 'zod';
import { Id, Timestamp } from './fields.js';

/** The header of the file, in this order; roles are separated by semicolons. */
export const USER_IMPORT_COLUMNS = ['username', 'displayName', 'email', 'roles'] as const;
export const USER_IMPORT_MOST_ROWS = 20_000;
export const USER_IMPORT_MOST_BYTES = 10 * 1024 * 1024;

const Flag = (absent: 'true' | 'false') =>
  z
    .enum(['true', 'false'])
    .default(absent)
    .transform((word) => word === 'true');

export const ImportUsers = z.strictObject({
  dryRun: Flag('false').describe('only say what would happen'),
  welcome: Flag('true').describe('send each user the welcome email'),
});
export type ImportUsers = z.infer<typeof ImportUsers>;

export const USER_IMPORT_OUTCOMES = ['pending', 'created', 'would_create', 'skipped', 'failed'] as const;
export type UserImportOutcome = (typeof USER_IMPORT_OUTCOMES)[number];

const UserImportRowView = z.object({
  line: z.int(),
  username: z.string(),
  outcome: z.enum(USER_IMPORT_OUTCOMES),
  reason: z.string().nullable(),
});
export type UserImportRowView = z.infer<typeof UserImportRowView>;

export const UserImportView = z.object({
  id: Id,
  state: z.enum(['running', 'completed']),
  dryRun: z.boolean(),
  welcome: z.boolean(),
  total: z.int().describe('rows of the file'),
  done: z.int().describe('rows that have an outcome, failed ones too'),
  created: z.int().describe('users added; in a dry run those that would be'),
  skipped: z.int().describe('rows whose username exists already: nothing was changed'),
  failed: z.int(),
  createdAt: Timestamp,
  finishedAt: Timestamp.nullable(),
});
export type UserImportView = z.infer<typeof UserImportView>;

/** A week after the end the rows are forgotten, and this is empty. */
export const UserImportDetailView = UserImportView.extend({
  rows: z.array(UserImportRowView),
  nextCursor: z.string().nullable(),
});
export type UserImportDetailView = z.infer<typeof UserImportDetailView>;

/** All rows at once unless told otherwise. */
export const ListUserImportRows = z.strictObject({
  limit: z.coerce.number().int().min(1).max(USER_IMPORT_MOST_ROWS).default(USER_IMPORT_MOST_ROWS),
  cursor: z.string().max(2048).optional(),
  outcome: z.enum(USER_IMPORT_OUTCOMES).optional(),
});
export type ListUserImportRows = z.infer<typeof ListUserImportRows>;
