import { Ability, type ForcedSubject, subject } from '@casl/ability';
import {
  type Permission,
  type UserFacts,
  type UserField,
  type UserReach,
  WORDS_ONLY,
  wordsOf,
} from '#contract';

/** `user:reset-password` as CASL says it: action `reset-password` on subject `user`, within its limits. */
export interface Rule {
  action: string;
  subject: string;
  fields?: UserField[];
  conditions?: UserReach;
}

type Concerned = UserFacts & ForcedSubject<string>;
export type PracticeAbility = Ability<[string, string | Concerned], UserReach>;

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
