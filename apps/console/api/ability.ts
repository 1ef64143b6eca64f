import { Ability, type ForcedSubject, subject } from '@casl/ability';
import { useAbility } from '@casl/react';
import {
  type CurrentSessionView,
  type Permission,
  reaches,
  type UserFacts,
  type UserField,
  type UserReach,
} from '#contract';

type Concerned = UserFacts & ForcedSubject<string>;
type PracticeAbility = Ability<[string, string | Concerned], UserReach>;

/** As the API builds it: "manage" and "all" are words like any other, and conditions are read by `reaches`. */
export const abilityOf = (rules: CurrentSessionView['rules']): PracticeAbility =>
  new Ability<[string, string | Concerned], UserReach>(rules as never, {
    anyAction: '*',
    anySubjectType: '*',
    conditionsMatcher: (reach: UserReach) => (user: object) => reaches(reach, user as UserFacts),
    fieldMatcher:
      <T extends string>(fields: T[]) =>
      (field: T) =>
        fields.includes(field),
  });

/**
 * Whether the person may do this: at all, to one user, or to one field of theirs. What they may not is not
 * shown; the API refuses it all the same.
 */
export function useMay() {
  const ability = useAbility<PracticeAbility>();
  return (permission: Permission, user?: UserFacts, field?: UserField): boolean => {
    const [type = '', action = ''] = permission.split(':');
    // A copy: CASL marks what it is asked about.
    const about = user ? subject(type, { roles: user.roles, status: user.status }) : type;
    return ability.can(action, about, field);
  };
}
