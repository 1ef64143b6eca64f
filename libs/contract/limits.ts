import * as z from 'zod';
import { RoleKey } from './access.js';

export const USER_STATUSES = ['invited', 'active', 'deactivated'] as const;
/** What of a user can be changed, and so be left out of what a role may change. */
export const USER_FIELDS = ['displayName', 'email', 'locale', 'roles', 'status'] as const;
export type UserField = (typeof USER_FIELDS)[number];

const chosenFrom = <T extends z.ZodType<string>>(name: T, maximum: number) =>
  z
    .array(name)
    .min(1)
    .max(maximum)
    .overwrite((names) => [...new Set(names)].sort());

const notEmpty = {
  error: 'must say what it is limited to: leave it out otherwise',
  params: { code: 'empty' },
};
const saysSomething = (value: object) => Object.values(value).some((part) => part !== undefined);

/** Which users a permission extends to. The only conditions there are: no operators, no other names. */
export const UserReach = z
  .strictObject({
    roles: chosenFrom(RoleKey, 20).optional().describe('users all of whose roles are among these'),
    status: chosenFrom(z.enum(USER_STATUSES), 3).optional(),
  })
  .refine(saysSomething, notEmpty);
export type UserReach = z.infer<typeof UserReach>;

/** What a reach looks at. */
export interface UserFacts {
  roles: readonly string[];
  status: (typeof USER_STATUSES)[number];
}

/** Whether a reach extends to a user: the same in the API, in its SQL (`users_in_reach`) and in the console. */
export const reaches = ({ roles, status }: UserReach, user: UserFacts): boolean =>
  (roles === undefined || user.roles.every((key) => roles.includes(key))) &&
  (status === undefined || status.includes(user.status));

const Within = z.strictObject({ where: UserReach });
const WithinFields = z
  .strictObject({ where: UserReach.optional(), fields: chosenFrom(z.enum(USER_FIELDS), 5).optional() })
  .refine(saysSomething, notEmpty);

/** What bounds a permission: some users, and for changes some of their fields. */
export type PermissionLimit = { where?: UserReach | undefined; fields?: UserField[] | undefined };

/** By permission. One that is not named here is held without limit, if it is held. */
export const RoleLimits = z.strictObject({
  'user:read': Within.optional(),
  'user:create': Within.optional(),
  'user:update': WithinFields.optional(),
  'user:reset-password': Within.optional(),
  'reset-log:read': Within.optional(),
  'delivery:read': Within.optional(),
  'delivery:retry': Within.optional(),
});
export type RoleLimits = z.infer<typeof RoleLimits>;
export type LimitablePermission = keyof RoleLimits;
