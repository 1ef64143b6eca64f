import * as z from 'zod';

/** What can be permitted, each with the sentence shown to whoever grants it. */
export const PERMISSIONS = {
  'practice:read': 'See the practice, its policy and its administrators',
  'practice:update': 'Change the practice and its policy',
  'user:read': 'See the users of the practice',
  'user:create': 'Add users and send their welcome email',
  'user:update': 'Change, deactivate and activate users, and end their sessions',
  'user:reset-password': 'Send a temporary password to a user',
  'role:read': 'See roles and what they permit',
  'role:manage': 'Create, change and delete roles',
  'reset-log:read': 'Read the log of password resets',
  'delivery:read': 'See emails and their delivery',
  'delivery:retry': 'Send an email again',
  'audit:read': 'Read and verify the audit trail',
  'template:manage': 'Change the wording of emails',
} as const;

export type Permission = keyof typeof PERMISSIONS;
export const PERMISSION_NAMES = Object.keys(PERMISSIONS).sort() as Permission[];
export const PermissionName = z.enum(PERMISSION_NAMES as [Permission, ...Permission[]]);

/** Roles that every practice has and nobody can change. */
export const BUILT_IN_ROLES = {
  administrator: { name: 'Administrator', permissions: PERMISSION_NAMES },
  auditor: {
    name: 'Auditor',
    permissions: ['audit:read', 'delivery:read', 'practice:read', 'reset-log:read', 'role:read', 'user:read'],
  },
  staff: { name: 'Staff', permissions: ['practice:read'] },
} as const satisfies Record<string, { name: string; permissions: readonly Permission[] }>;

/** A role's key in URLs and on users. */
export const RoleKey = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, up to 40');

export const PermissionListView = z.object({
  items: z.array(z.object({ name: PermissionName, description: z.string() })),
  nextCursor: z.string().nullable(),
});
