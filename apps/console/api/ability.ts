import { Ability, type ForcedSubject, subject } from '@casl/ability';
import { useAbility } from '@casl/react';
import {
  type CurrentSessionView,
  type Permission,
  type UserFacts,
  type UserField,
  type UserReach,
  WORDS_ONLY,
  wordsOf,
} from '#contract';

type Concerned = UserFacts & ForcedSubject<string>;
type PracticeAbility = Ability<[string, string | Concerned], UserReach>;

/** Built as the API builds it. */
export const abilityOf = (rules: CurrentSessionView['rules']): PracticeAbility =>
  new Ability<[string, string | Concerned], UserReach>(rules as never, WORDS_ONLY);

/**
 * Whether the person may do this: at all, to one user, or to one field of theirs. What they may not is not
 * shown; the API refuses it all the same.
 */
export function useMay() {
  const ability = useAbility<PracticeAbility>();
  return (permission: Permission, user?: UserFacts, field?: UserField): boolean => {
    const { action, subject: type } = wordsOf(permission);
    // A copy: CASL marks what it is asked about.
    const about = user ? subject(type, { roles: user.roles, status: user.status }) : type;
    return ability.can(action, about, field);
  };
}
