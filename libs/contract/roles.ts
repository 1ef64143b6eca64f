import * as z from 'zod';
import { PERMISSION_NAMES, PermissionName, RoleKey } from './access.js';
import { line } from './fields.js';
import { RoleLimits } from './limits.js';

const RoleName = line(80);
const Permissions = z
  .array(PermissionName)
  .max(PERMISSION_NAMES.length)
  .overwrite((names) => [...new Set(names)].sort());

export const DefineRole = z.strictObject({
  key: RoleKey,
  name: RoleName,
  permissions: Permissions,
  limits: RoleLimits.optional(),
});
export type DefineRole = z.infer<typeof DefineRole>;

/** Without `limits`, those of the permissions that stay are kept. */
export const UpdateRole = z.strictObject({
  name: RoleName.optional(),
  permissions: Permissions.optional(),
  limits: RoleLimits.optional(),
});
export type UpdateRole = z.infer<typeof UpdateRole>;

export const RoleView = z.object({
  key: RoleKey,
  name: z.string(),
  permissions: z.array(PermissionName),
  limits: RoleLimits.optional(),
  builtIn: z.boolean(),
});
export type RoleView = z.infer<typeof RoleView>;

export const RoleListView = z.object({ items: z.array(RoleView), nextCursor: z.string().nullable() });
