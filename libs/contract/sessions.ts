import * as z from 'zod';
import { PermissionName } from './access.js';
import { Id, listOf, PageQuery, Password, PracticeIdField, Timestamp, TypedUsername } from './fields.js';
import { USER_FIELDS, UserReach } from './limits.js';
import { UserView } from './users.js';

export const SignIn = z.strictObject({
  practiceId: PracticeIdField,
  username: TypedUsername,
  password: Password.min(1),
  transport: z
    .enum(['cookie', 'bearer'])
    .default('cookie')
    .describe('bearer answers token and deviceToken in the body instead of setting cookies'),
});
export type SignIn = z.infer<typeof SignIn>;

/** A CASL rule as the browser needs it; its conditions are read by `reaches`. */
const RuleView = z.object({
  action: z.string(),
  subject: z.string(),
  fields: z.array(z.enum(USER_FIELDS)).optional(),
  conditions: UserReach.optional(),
});

export const CurrentSessionView = z.object({
  user: UserView,
  practice: z.object({ practiceId: z.string(), name: z.string() }),
  permissions: z.array(PermissionName),
  rules: z.array(RuleView),
  passwordChangeRequired: z.boolean(),
  expiresAt: Timestamp,
});
export type CurrentSessionView = z.infer<typeof CurrentSessionView>;

export const SignedInView = CurrentSessionView.extend({
  token: z.string().optional(),
  deviceToken: z.string().optional(),
});
export type SignedInView = z.infer<typeof SignedInView>;

const SessionView = z.object({
  id: Id,
  current: z.boolean(),
  transport: z.enum(['cookie', 'bearer']),
  sourceAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  createdAt: Timestamp,
  lastSeenAt: Timestamp,
  expiresAt: Timestamp,
});
export type SessionView = z.infer<typeof SessionView>;
export const SessionListView = listOf(SessionView);

export const ListSessions = z.strictObject(PageQuery);
export type ListSessions = z.infer<typeof ListSessions>;

export const Reauthenticate = z.strictObject({ password: Password.min(1) });
export type Reauthenticate = z.infer<typeof Reauthenticate>;
