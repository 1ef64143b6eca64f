import { queryOptions } from '@tanstack/react-query';
import type { Permission, RoleView } from '#contract';
import { call, callTagged } from '../api/client.js';

export interface RoleBody {
  name: string;
  permissions: Permission[];
}

export const createRole = (body: RoleBody & { key: string }, onceAs: string) =>
  call<RoleView>('POST', '/roles', { body, onceAs });

/** One role with the tag that a change must name. */
export const roleQuery = (key: string) =>
  queryOptions({
    queryKey: ['role', key],
    queryFn: ({ signal }) => callTagged<RoleView>('GET', `/roles/${key}`, { signal }),
    staleTime: 0,
    gcTime: 0,
  });

/** Without `limits` those of the permissions that stay are kept. */
export const updateRole = (key: string, body: Partial<RoleBody>, basedOn: string | null) =>
  callTagged<RoleView>('PATCH', `/roles/${key}`, { body, basedOn });

export const deleteRole = (key: string) => call<void>('DELETE', `/roles/${key}`);
