import type { Permission, RoleView } from '#contract';
import { call, callTagged } from '../api/client.js';

export interface RoleBody {
  name: string;
  permissions: Permission[];
}

export const createRole = (body: RoleBody & { key: string }) => call<RoleView>('POST', '/roles', { body });

/** Only what differs is sent; a role's limits, which this page does not show, stay as they are. */
export const updateRole = (key: string, body: Partial<RoleBody>) =>
  callTagged<RoleView>('PATCH', `/roles/${key}`, { body });

export const deleteRole = (key: string) => call<void>('DELETE', `/roles/${key}`);
