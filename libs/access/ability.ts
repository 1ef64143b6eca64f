import { createMongoAbility, type MongoAbility } from '@casl/ability';
import { PERMISSION_NAMES, type Permission } from '#contract';

/** `user:reset-password` as CASL says it: action `reset-password` on subject `user`. */
export interface Rule {
  action: string;
  subject: string;
}

export type PracticeAbility = MongoAbility<[string, string]>;

/** CASL rules for a set of permissions, in the permissions' order: the console receives the same list. */
export function rulesFor(permissions: readonly Permission[]): Rule[] {
  return permissions.map((permission) => {
    const [subject = '', action = ''] = permission.split(':');
    return { action, subject };
  });
}

export const abilityFor = (permissions: readonly Permission[]): PracticeAbility =>
  createMongoAbility<PracticeAbility>(rulesFor(permissions));

/** Asks the ability in the catalogue's words. */
export function may(ability: PracticeAbility, permission: Permission): boolean {
  const [rule] = rulesFor([permission]);
  return rule !== undefined && ability.can(rule.action, rule.subject);
}

/** What an ability permits, in the catalogue's words. */
export const permissionsOf = (ability: PracticeAbility): Permission[] =>
  PERMISSION_NAMES.filter((permission) => may(ability, permission));
