import { createMongoAbility, type MongoAbility, subject } from '@casl/ability';
import { useAbility } from '@casl/react';
import type { CurrentSessionView, Permission } from '#contract';

export type PracticeAbility = MongoAbility;

/** As the API builds it: "manage" and "all" are words like any other here, never wildcards. */
export const abilityOf = (rules: CurrentSessionView['rules']): PracticeAbility =>
  createMongoAbility(rules as never, { anyAction: '*', anySubjectType: '*' });

/**
 * Whether the person may do this, perhaps to this very thing. What they may not is not shown; the API
 * refuses it all the same.
 */
export function useMay() {
  const ability = useAbility<PracticeAbility>();
  return (permission: Permission, thing?: object): boolean => {
    const [type = '', action = ''] = permission.split(':');
    return ability.can(action, thing ? subject(type, { ...thing }) : type);
  };
}
