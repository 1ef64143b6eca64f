import { queryOptions, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { BUILT_IN_ROLES, type RoleView } from '#contract';
import { useMay } from '../api/ability.js';
import { call, type Page } from '../api/client.js';

export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: ({ signal }) => call<Page<RoleView>>('GET', '/roles', { signal }),
  staleTime: 60_000,
});

/** The practice's roles, with the built-in ones in the reader's language; without `role:read` those alone. */
export function useRoles(): { key: string; name: string }[] {
  const { t } = useTranslation();
  const may = useMay();
  const { data } = useQuery({ ...rolesQuery, enabled: may('role:read') });
  const known = data?.items ?? Object.entries(BUILT_IN_ROLES).map(([key, { name }]) => ({ key, name }));
  return known.map(({ key, name }) => ({
    key,
    name: Object.hasOwn(BUILT_IN_ROLES, key) ? t(`role.${key}` as 'role.staff') : name,
  }));
}
