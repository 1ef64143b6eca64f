import type { Permission } from './access.js';
import { reaches, type UserFacts, type UserReach } from './limits.js';

/** Subject and action of a permission, as CASL says them: `user:reset-password` is `reset-password` on `user`. */
export function wordsOf(permission: Permission): { action: string; subject: string } {
  const [subject = '', action = ''] = permission.split(':');
  return { action, subject };
}

/**
 * How API and console have CASL read the rules of a session, so that both permit the same. CASL takes the
 * action `manage` and the subject `all` for "everything" unless told otherwise; here both are words.
 * Conditions and fields are read by ourselves, not as Mongo's query language: what is stored with a role can
 * hold no operator and no pattern.
 */
export const WORDS_ONLY = {
  anyAction: '*',
  anySubjectType: '*',
  conditionsMatcher: (reach: UserReach) => (user: object) => reaches(reach, user as UserFacts),
  fieldMatcher:
    <T extends string>(fields: T[]) =>
    (field: T) =>
      fields.includes(field),
};
