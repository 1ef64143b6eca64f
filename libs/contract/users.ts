import * as z from 'zod';
import { RoleKey } from './access.js';
import {
  DisplayName,
  EmailAddress,
  Id,
  Locale,
  listOf,
  PageQuery,
  Password,
  SecurityAnswer,
  Term,
  Timestamp,
  Username,
} from './fields.js';
import { USER_STATUSES } from './limits.js';
import { BOTH_OR_NEITHER } from './practices.js';
import { SecurityQuestionIdField } from './questions.js';

const Roles = z
  .array(RoleKey)
  .min(1)
  .max(20)
  .overwrite((keys) => [...new Set(keys)].sort());

export const AddUser = z.strictObject({
  username: Username,
  displayName: DisplayName,
  email: EmailAddress,
  locale: Locale.optional(),
  roles: Roles,
});
export type AddUser = z.infer<typeof AddUser>;

export const UpdateUser = z.strictObject({
  displayName: DisplayName.optional(),
  email: EmailAddress.optional(),
  locale: Locale.optional(),
  roles: Roles.optional(),
  status: z.enum(['active', 'deactivated']).optional(),
});
export type UpdateUser = z.infer<typeof UpdateUser>;

export const TEMPORARY_PASSWORD_STATES = ['pending', 'sent', 'expired'] as const;

export const ListUsers = z.strictObject({
  ...PageQuery,
  search: Term.optional(),
  role: RoleKey.optional(),
  status: z.enum(USER_STATUSES).optional(),
  /** Users with a temporary password that has not been used: on its way, out, or run out. */
  temporaryPassword: z.enum(TEMPORARY_PASSWORD_STATES).optional(),
});
export type ListUsers = z.infer<typeof ListUsers>;

export const UserView = z.object({
  id: Id,
  username: z.string(),
  displayName: z.string(),
  email: z.string(),
  emailUndeliverable: z
    .boolean()
    .describe('a mail came back from this address, and none has been accepted since'),
  locale: Locale,
  roles: z.array(z.string()),
  status: z.enum(USER_STATUSES),
  lastSignInAt: Timestamp.nullable(),
  temporaryPassword: z
    .object({ state: z.enum(TEMPORARY_PASSWORD_STATES), expiresAt: Timestamp.nullable() })
    .nullable(),
  securityQuestion: z.boolean(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type UserView = z.infer<typeof UserView>;
export const UserListView = listOf(UserView);

/** The body may be left out: there is nothing to choose. */
export const EraseUser = z.strictObject({}).nullish();
export const ErasureView = z.object({ userId: Id, erasedAt: Timestamp });
export type ErasureView = z.infer<typeof ErasureView>;

export const ChangePassword = z
  .strictObject({
    currentPassword: Password.min(1).describe('the temporary password in a session that it opened'),
    newPassword: Password.describe('15 to 128 characters, not common, without names of practice or user'),
    securityQuestionId: SecurityQuestionIdField.optional(),
    securityAnswer: SecurityAnswer.optional(),
  })
  .refine(
    (body) => (body.securityQuestionId === undefined) === (body.securityAnswer === undefined),
    BOTH_OR_NEITHER,
  );
export type ChangePassword = z.infer<typeof ChangePassword>;

export const ChangeSecurityQuestion = z.strictObject({
  currentPassword: Password.min(1),
  questionId: SecurityQuestionIdField,
  answer: SecurityAnswer,
});
export type ChangeSecurityQuestion = z.infer<typeof ChangeSecurityQuestion>;

export const PASSWORD_REASONS = {
  too_short: 'must have at least 15 characters',
  too_long: 'must have at most 128 characters',
  common: 'is one of the commonly used passwords',
  contains_context: 'must not contain the name of the practice, the user or the product',
  same_as_temporary: 'must not be the temporary password',
} as const;
export type PasswordReason = keyof typeof PASSWORD_REASONS;
