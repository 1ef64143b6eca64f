import { createMongoAbility, type MongoAbility } from '@casl/ability';
import type { Permission } from '#contract';

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

/** CASL takes the action `manage` and the subject `all` for "everything" unless told otherwise; here both are words. */
const NO_WILDCARDS = { anyAction: '*', anySubjectType: '*' } as const;

export const abilityFor = (permissions: readonly Permission[]): PracticeAbility =>
  createMongoAbility<PracticeAbility>(rulesFor(permissions), NO_WILDCARDS);

/** Asks the ability in the catalogue's words. */
export function may(ability: PracticeAbility, permission: Permission): boolean {
  const [rule] = rulesFor([permission]);
  return rule !== undefined && ability.can(rule.action, rule.subject);
}
