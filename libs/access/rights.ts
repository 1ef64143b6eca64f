import {
  type LimitablePermission,
  PERMISSION_NAMES,
  type Permission,
  type PermissionLimit,
  type RoleLimits,
  USER_FIELDS,
  type UserFacts,
  type UserField,
  type UserReach,
  wordsOf,
} from '#contract';
import { Problem } from '#runtime';
import { abilityFrom, may, type PracticeAbility, type Rule } from './ability.js';

/** What one role permits. */
export interface RoleGrant {
  permissions: readonly Permission[];
  limits: RoleLimits;
}

/** Alternatives, any of which suffices; none at all means without limit. */
type Limits = readonly PermissionLimit[];

/** What somebody may do: all that their roles permit together. */
export class Rights {
  static readonly NOTHING = new Rights(new Map());
  static readonly EVERYTHING = new Rights(new Map(PERMISSION_NAMES.map((name) => [name, []])));

  readonly permissions: Permission[];
  readonly #granted: ReadonlyMap<Permission, Limits>;
  #ability: PracticeAbility | undefined;

  private constructor(granted: ReadonlyMap<Permission, Limits>) {
    this.#granted = granted;
    this.permissions = [...granted.keys()].sort();
  }

  /** The widest of each permission wins: no limit beats any limit. */
  static of(roles: readonly RoleGrant[]): Rights {
    const granted = new Map<Permission, Limits>();
    for (const { permissions, limits } of roles) {
      for (const permission of permissions) {
        granted.set(permission, widest(granted.get(permission), limits[permission as LimitablePermission]));
      }
    }
    return new Rights(granted);
  }

  /** CASL rules in the permissions' order; the console is told the same list. */
  get rules(): Rule[] {
    return this.permissions.flatMap((permission) => {
      const limits = this.#granted.get(permission) ?? [];
      return (limits.length > 0 ? limits : [{}]).map(({ fields, where }: PermissionLimit) => ({
        ...wordsOf(permission),
        ...(fields && { fields }),
        ...(where && { conditions: where }),
      }));
    });
  }

  /** Without a user: whether there is anybody whom the permission could concern. */
  may(permission: Permission, user?: UserFacts, field?: UserField): boolean {
    this.#ability ??= abilityFrom(this.rules);
    return may(this.#ability, permission, user, field);
  }

  /**
   * The users that a permission extends to, for `users_in_reach`: each reach is an alternative. Null when
   * it extends to everybody.
   */
  reach(permission: LimitablePermission): UserReach[] | null {
    const limits = this.#granted.get(permission);
    if (!limits) return [];
    const reaches = limits.flatMap(({ where }) => where ?? []);
    return reaches.length < limits.length || reaches.length === 0 ? null : reaches;
  }

  /** Whether all that the others permit is permitted here, too, to the same users and fields at least. */
  covers(others: Rights): boolean {
    return [...others.#granted].every(([permission, theirs]) => {
      const own = this.#granted.get(permission);
      if (!own) return false;
      if (own.length === 0) return true;
      return theirs.length > 0 && theirs.every((limit) => own.some((wider) => isWithin(limit, wider)));
    });
  }

  /** @throws Problem `forbidden`, or `not_found` for a user whom `user:read` does not show either. */
  mustReach(permission: LimitablePermission, user: UserFacts): void {
    if (this.may(permission, user)) return;
    if (this.may('user:read', user)) throw Problem.of('forbidden', 'Your roles do not extend to this user.');
    throw Problem.of('not_found').because(`${permission} does not extend to this user`);
  }

  /**
   * Erasing somebody changes every field (`USER_FIELDS`), signing them out changes their `status`.
   * @throws Problem `forbidden`
   */
  mustMayChange(user: UserFacts, fields: readonly UserField[]): void {
    const refused = fields.filter((field) => !this.may('user:update', user, field));
    if (refused.length === 0) return;
    const allowed = USER_FIELDS.filter((field) => this.may('user:update', user, field));
    throw Problem.of('forbidden', `Of this user you may change ${allowed.join(', ') || 'nothing'} only.`);
  }

  /** What somebody adds or changes stays where they may act. @throws Problem `forbidden` */
  mustStayInReach(permission: LimitablePermission, user: UserFacts): void {
    if (this.may(permission, user)) return;
    throw Problem.of('forbidden', 'With these roles or this status the user would be out of your reach.');
  }
}

function widest(own: Limits | undefined, limit: PermissionLimit | undefined): Limits {
  if (own?.length === 0 || !limit) return [];
  if (own?.some((wider) => isWithin(limit, wider))) return own;
  return [...(own ?? []).filter((narrower) => !isWithin(narrower, limit)), limit];
}

/** Whether whatever one limit leaves open is open under the other, too. */
export const isWithin = (limit: PermissionLimit, wider: PermissionLimit): boolean =>
  isPart(limit.fields, wider.fields) &&
  isPart(limit.where?.roles, wider.where?.roles) &&
  isPart(limit.where?.status, wider.where?.status);

const isPart = (part: readonly string[] | undefined, whole: readonly string[] | undefined): boolean =>
  whole === undefined || (part?.every((name) => whole.includes(name)) ?? false);
