import { Ability, type ForcedSubject, subject } from '@casl/ability';
import { type Permission, reaches, type UserFacts, type UserField, type UserReach } from '#contract';

/** `user:reset-password` as CASL says it: action `reset-password` on subject `user`, within its limits. */
export interface Rule {
  action: string;
  subject: string;
  fields?: UserField[];
  conditions?: UserReach;
}

type Concerned = UserFacts & ForcedSubject<string>;
export type PracticeAbility = Ability<[string, string | Concerned], UserReach>;

/**
 * CASL takes the action `manage` and the subject `all` for "everything" unless told otherwise; here both
 * are words. Conditions and fields are read by ourselves, not as Mongo's query language: what is stored
 * with a role can hold no operator and no pattern.
 */
const WORDS_ONLY = {
  anyAction: '*',
  anySubjectType: '*',
  conditionsMatcher: (reach: UserReach) => (user: object) => reaches(reach, user as UserFacts),
  fieldMatcher:
    <T extends string>(fields: T[]) =>
    (field: T) =>
      fields.includes(field),
};

/** Subject and action of a permission. */
export function wordsOf(permission: Permission): { action: string; subject: string } {
  const [subject = '', action = ''] = permission.split(':');
  return { action, subject };
}

export const abilityFrom = (rules: Rule[]): PracticeAbility =>
  new Ability<[string, string | Concerned], UserReach>(rules, WORDS_ONLY);

/** Asks in the catalogue's words: at all, about one user, or about one field of theirs. */
export function may(
  ability: PracticeAbility,
  permission: Permission,
  user?: UserFacts,
  field?: UserField,
): boolean {
  const { action, subject: type } = wordsOf(permission);
  const { roles, status } = user ?? {};
  // A copy: CASL marks the object that it is asked about.
  return ability.can(action, roles && status ? subject(type, { roles, status }) : type, field);
}
