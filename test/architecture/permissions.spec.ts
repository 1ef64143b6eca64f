import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BUILT_IN_ROLES, PERMISSION_NAMES, PERMISSIONS, type Permission, RoleLimits } from '#contract';
import { type ListedRoute, listRoutes } from './route-list.js';

const PAGE = join(import.meta.dirname, '../../docs/permissions.md');

const INTRODUCTION = `# Who may do what

Generated from the permission catalogue and the routes' marks; never edited. After a change:
\`npx vitest run --project specs test/architecture/permissions.spec.ts -u\`. What really happens, for every
route and role, is in [test/access/matrix.md](../test/access/matrix.md), which a test compares with a
running product.

A user's roles permit together what one of them permits. Built-in roles are the same in every practice; a
practice adds its own with \`POST /api/v1/roles\`. Nobody grants what they lack, changes a role that permits
more than theirs, or acts on a user who may do more than they; the last administrator stays.

A role may hold some permissions within \`limits\`: \`where\` names the users that the permission extends to
(\`roles\`: all of theirs are among these; \`status\`: theirs is one of these), \`fields\` what of a user may be
changed. Without limit beats any limit. Whoever is out of reach is 404, in lists and alone; where
\`user:read\` is limited, the role's other permissions about users must be limited to the same people. The
audit trail is the whole practice's and is not limited. Decisions behind this:
[0007](decisions/0007-roles-within-limits.md).

*Password again*: calls, or changes of these fields, that want a password proved of late where the practice's
\`reauthenticateMinutes\` says so ([sessions](sessions.md)).
`;

const has = (role: { permissions: readonly string[] }, name: string) =>
  role.permissions.includes(name) ? '✓' : '';

function limitsOf(name: Permission): string {
  if (!Object.hasOwn(RoleLimits.shape, name)) return '';
  return name === 'user:update' ? 'where, fields' : 'where';
}

function permissionTable(): string {
  const { administrator, auditor, staff } = BUILT_IN_ROLES;
  const rows = PERMISSION_NAMES.map((name) =>
    [
      `\`${name}\``,
      PERMISSIONS[name],
      ...[administrator, auditor, staff].map((role) => has(role, name)),
      limitsOf(name),
    ]
      .map((cell) => ` ${cell} `)
      .join('|'),
  );
  return table('permission | allows to | administrator | auditor | staff | limits', rows);
}

const CALLERS: Record<string, string> = {
  Public: 'anyone',
  SignedIn: 'anyone signed in, about themselves',
  'SignedIn { restrictedToo: true }': 'anyone signed in, also with a temporary password',
};

function routeTable(routes: readonly ListedRoute[]): string {
  const rows = routes.map(({ method, path, permission, access, recently, summary }) =>
    [
      `\`${method} ${path}\``,
      permission ? `\`${permission}\`` : CALLERS[access],
      recently && (recently.join(', ') || 'yes'),
      summary.replace(/\.$/, ''),
    ]
      .map((cell) => ` ${cell ?? ''} `)
      .join('|'),
  );
  return table('route | who may call it | password again | what it does', rows);
}

const table = (head: string, rows: readonly string[]): string =>
  [`| ${head} |`, `|${'---|'.repeat(head.split('|').length)}`, ...rows.map((row) => `|${row}|`)].join('\n');

it('docs/permissions.md says what the catalogue and the routes say (-u writes it anew)', async () => {
  const routes = listRoutes().filter(({ isPage }) => !isPage);
  for (const { access, permission, path } of routes)
    expect(permission ?? CALLERS[access], path).toBeDefined();
  const page = [
    INTRODUCTION,
    `## Permissions\n${permissionTable()}\n`,
    `## Routes\n${routeTable(routes)}\n`,
  ].join('\n');
  await expect(page).toMatchFileSnapshot(PAGE);
});
