import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { sessionQuery } from '../api/session.js';
import { SignInPage } from '../sign-in/sign-in-page.js';
import { NoSuchPage } from './no-such-page.js';
import { PageFailed, PlainFailed, SectionFailed } from './page-failed.js';
import { FramePending, PagePending, PlainPending } from './page-pending.js';
import { SETTINGS } from './pages.js';
import { queryClient } from './query-client.js';
import {
  auditSearch,
  deliveriesSearch,
  resetLogSearch,
  resetSearch,
  signInSearch,
  templatesSearch,
  usersSearch,
} from './search.js';

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NoSuchPage,
  pendingComponent: FramePending,
  errorComponent: PlainFailed,
});

/** Pages without the frame: what stands in their place is without it too. */
const OUTSIDE = { pendingComponent: PlainPending, errorComponent: PlainFailed };
/** Below the tabs behind the gear. */
const BELOW_TABS = { errorComponent: SectionFailed };

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: async () => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/sign-in' });
    throw redirect({ to: session.permissions.includes('reset-log:read') ? '/overview' : '/account' });
  },
  pendingComponent: FramePending,
  errorComponent: PlainFailed,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: signInSearch,
  component: SignInPage,
  ...OUTSIDE,
});

/** A link that a practice hands out: the Practice ID is filled in. */
const practiceLink = createRoute({
  getParentRoute: () => root,
  path: '/p/$practiceId',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/sign-in', search: { practiceId: params.practiceId }, replace: true });
  },
});

const openPractice = createRoute({
  getParentRoute: () => root,
  path: '/open-practice',
  component: lazyRouteComponent(() => import('../sign-in/open-practice-page.js'), 'OpenPracticePage'),
  ...OUTSIDE,
});

const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset',
  validateSearch: resetSearch,
  component: lazyRouteComponent(() => import('../reset/reset-page.js'), 'ResetPage'),
  ...OUTSIDE,
});

const setPassword = createRoute({
  getParentRoute: () => root,
  path: '/set-password',
  beforeLoad: async () => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/sign-in' });
    if (!session.passwordChangeRequired) throw redirect({ to: '/' });
  },
  component: lazyRouteComponent(() => import('../sign-in/set-password-page.js'), 'SetPasswordPage'),
  ...OUTSIDE,
});

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/sign-in', search: { next: location.href } });
    if (session.passwordChangeRequired) throw redirect({ to: '/set-password' });
  },
  component: lazyRouteComponent(() => import('./page-frame.js'), 'PageFrame'),
  pendingComponent: FramePending,
  errorComponent: PlainFailed,
});

const overview = createRoute({
  getParentRoute: () => inside,
  path: '/overview',
  component: lazyRouteComponent(() => import('../overview/overview-page.js'), 'OverviewPage'),
});

const resetLog = createRoute({
  getParentRoute: () => inside,
  path: '/reset-log',
  validateSearch: resetLogSearch,
  component: lazyRouteComponent(() => import('../reset-log/reset-log-page.js'), 'ResetLogPage'),
});

const deliveries = createRoute({
  getParentRoute: () => inside,
  path: '/deliveries',
  validateSearch: deliveriesSearch,
  component: lazyRouteComponent(() => import('../deliveries/deliveries-page.js'), 'DeliveriesPage'),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('../audit/audit-page.js'), 'AuditPage'),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings-page.js'), 'SettingsPage'),
});

const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: async () => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    const first = SETTINGS.find(({ needs }) => session?.permissions.includes(needs));
    throw redirect({ to: first?.to ?? '/account' });
  },
});

const users = createRoute({
  getParentRoute: () => settings,
  path: '/users',
  validateSearch: usersSearch,
  component: lazyRouteComponent(() => import('../users/users-page.js'), 'UsersPage'),
  ...BELOW_TABS,
});

const practice = createRoute({
  getParentRoute: () => settings,
  path: '/practice',
  component: lazyRouteComponent(() => import('../practice/practice-page.js'), 'PracticePage'),
  ...BELOW_TABS,
});

const roles = createRoute({
  getParentRoute: () => settings,
  path: '/roles',
  component: lazyRouteComponent(() => import('../roles/roles-page.js'), 'RolesPage'),
  ...BELOW_TABS,
});

const templates = createRoute({
  getParentRoute: () => settings,
  path: '/templates',
  validateSearch: templatesSearch,
  component: lazyRouteComponent(() => import('../templates/templates-page.js'), 'TemplatesPage'),
  ...BELOW_TABS,
});

const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: lazyRouteComponent(() => import('../account/account-page.js'), 'AccountPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    practiceLink,
    openPractice,
    reset,
    setPassword,
    inside.addChildren([
      overview,
      resetLog,
      deliveries,
      audit,
      settings.addChildren([settingsHome, users, practice, roles, templates]),
      account,
    ]),
  ]),
  defaultPendingMs: 300,
  defaultPendingComponent: PagePending,
  defaultErrorComponent: PageFailed,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
