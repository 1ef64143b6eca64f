import type { PermissionLimit, RoleLimits } from '#contract';
import { isWithin, type RoleGrant } from './rights.js';

interface Fault {
  pointer: string;
  code: string;
  message: string;
}

/** What makes a role mean something else than it says; empty when it is sound. */
export function faultsOf({ permissions, limits }: RoleGrant): Fault[] {
  const held: readonly string[] = permissions;
  const idle = Object.keys(limits)
    .filter((permission) => !held.includes(permission))
    .map((permission) => ({
      pointer: `/limits/${permission}`,
      code: 'not_permitted',
      message: 'limits a permission that the role does not have',
    }));
  return [...idle, ...leaks(held, limits)];
}

const ABOUT_USERS = [
  'user:create',
  'user:update',
  'user:reset-password',
  'reset-log:read',
  'delivery:read',
  'delivery:retry',
] as const satisfies (keyof RoleLimits)[];

/** Whom `user:read` hides, nothing else of the same role may show or change: not the log of resets, not a mail. */
function leaks(held: readonly string[], limits: RoleLimits): Fault[] {
  const shown = limits['user:read'];
  if (!shown) return [];
  return ABOUT_USERS.filter((permission) => {
    const limit: PermissionLimit = limits[permission] ?? {};
    return held.includes(permission) && !isWithin({ where: limit.where }, shown);
  }).map((permission) => ({
    pointer: `/limits/${permission}`,
    code: 'exceeds_user_read',
    message: 'must be limited to users whom user:read shows in this role',
  }));
}
