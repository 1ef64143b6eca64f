import { Inject, Injectable } from '@nestjs/common';
import { BUILT_IN_ROLES, type Permission, type RoleView } from '#contract';
import { Database } from '#database';
import { Problem } from '#runtime';
import { Role } from './role.entity.js';

const BUILT_IN: RoleView[] = Object.entries(BUILT_IN_ROLES).map(([key, { name, permissions }]) => ({
  key,
  name,
  permissions: [...permissions],
  builtIn: true,
}));

/** The roles of a practice: built in ones, the same everywhere, and its own. */
@Injectable()
export class Roles {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(): Promise<RoleView[]> {
    const own = await this.database.em.find(Role, {}, { orderBy: { key: 'asc' } });
    return [
      ...BUILT_IN,
      ...own.map(({ key, name, permissions }) => ({ key, name, permissions, builtIn: false })),
    ];
  }

  /** Everything that the given roles permit together. */
  async permissionsOf(keys: readonly string[]): Promise<Permission[]> {
    const roles = BUILT_IN.filter(({ key }) => keys.includes(key));
    const missing = keys.filter((key) => !BUILT_IN.some((role) => role.key === key));
    if (missing.length > 0) {
      const own = await this.database.em.find(Role, { key: { $in: missing } });
      roles.push(...own.map(({ key, name, permissions }) => ({ key, name, permissions, builtIn: false })));
    }
    return [...new Set(roles.flatMap(({ permissions }) => permissions))].sort();
  }

  /** The keys of a user's roles, sorted. */
  async of(userId: string): Promise<string[]> {
    const rows = await this.database.sql<{ role_key: string }>(
      `select role_key from user_roles where practice_id = current_practice() and user_id = $1 order by role_key`,
      [userId],
    );
    return rows.map((row) => row.role_key);
  }

  /** A lower role does not act on a higher one. @throws Problem `forbidden` */
  async mustNotExceed(own: readonly Permission[], theirRoles: readonly string[]): Promise<void> {
    const theirs = await this.permissionsOf(theirRoles);
    if (theirs.some((permission) => !own.includes(permission))) {
      throw Problem.of('forbidden', 'This user may do more than you: ask an administrator.');
    }
  }

  /**
   * Gives a user exactly these roles.
   * @throws Problem `validation_failed` for a role that does not exist, `grant_exceeds_own` for a role
   * that permits what the granting person may not do.
   */
  async assign(userId: string, keys: readonly string[], grantedBy: readonly Permission[]): Promise<void> {
    const existing = (await this.list()).filter(({ key }) => keys.includes(key));
    const unknown = keys.filter((key) => !existing.some((role) => role.key === key));
    if (unknown.length > 0) {
      throw Problem.of('validation_failed').at({
        pointer: '/roles',
        code: 'unknown_role',
        message: `is not a role of this practice: ${unknown.join(', ')}`,
      });
    }
    const tooMuch = existing.flatMap(({ permissions }) => permissions).filter((p) => !grantedBy.includes(p));
    if (tooMuch.length > 0) throw Problem.of('grant_exceeds_own');
    await this.database.sql(
      `with kept as (
         insert into user_roles (practice_id, user_id, role_key)
         select current_practice(), $1, unnest($2::text[]) on conflict do nothing
       ) delete from user_roles where practice_id = current_practice() and user_id = $1
           and not (role_key = any($2::text[]))`,
      [userId, keys],
    );
  }
}
