import { useTranslation } from 'react-i18next';
import type { BulkResetView } from '#contract';
import { useMoments } from '../frame/moments.js';
import { useRoles } from '../users/roles-of.js';

/** For whom a run is, in one line. */
export function useFilterWords() {
  const { t } = useTranslation();
  const moments = useMoments();
  const names = new Map(useRoles().map(({ key, name }) => [key, name]));
  return ({ role, status, changedBefore }: BulkResetView['filter']): string =>
    [
      role ? (names.get(role) ?? role) : t('bulkReset.allRoles'),
      t(status === 'invited' ? 'userStatus.invited' : 'userStatus.active'),
      ...(changedBefore ? [t('bulkReset.before', { day: moments.day(changedBefore) })] : []),
    ].join(' · ');
}
