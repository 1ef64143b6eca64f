import type { Permission } from '#contract';
import { useMay } from '../api/ability.js';
import type { IconName } from './icons.js';

/** The pages on the left, each with what it takes to see it. */
export const PAGES = [
  { to: '/overview', word: 'frame.overview', icon: 'chart', needs: 'reset-log:read' },
  { to: '/reset-log', word: 'frame.resetLog', icon: 'list', needs: 'reset-log:read' },
  { to: '/deliveries', word: 'frame.deliveries', icon: 'mail', needs: 'delivery:read' },
  { to: '/audit', word: 'frame.audit', icon: 'shield', needs: 'audit:read' },
] as const satisfies { to: string; word: string; icon: IconName; needs: Permission }[];

/** The tabs behind the gear, likewise. */
export const SETTINGS = [
  { to: '/settings/users', tab: 'users', word: 'settings.users', needs: 'user:read' },
  { to: '/settings/practice', tab: 'practice', word: 'settings.practice', needs: 'practice:read' },
  { to: '/settings/roles', tab: 'roles', word: 'settings.roles', needs: 'role:read' },
  { to: '/settings/templates', tab: 'templates', word: 'settings.templates', needs: 'template:manage' },
] as const satisfies { to: string; tab: string; word: string; needs: Permission }[];

/** Whether the gear leads anywhere for this person. */
export const useMayAdminister = (): boolean => {
  const may = useMay();
  return may('user:read') || may('role:read') || may('practice:update') || may('template:manage');
};
