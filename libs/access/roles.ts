import { Inject, Injectable } from '@nestjs/common';
import {
  BUILT_IN_ROLES,
  type RoleLimits as Limits,
  PERMISSION_NAMES,
  type Permission,
  RoleLimits,
} from '#contract';
import { Database } from '#database';
import { Problem } from '#runtime';
import { Rights } from './rights.js';

/** A role as it applies; built-in ones have no version, because they never change. */
export interface Role {
  key: string;
  name: string;
  permissions: Permission[];
  limits: Limits;
  builtIn: boolean;
  version: number;
}

interface Row {
  key: string;
  name: string;
  permissions: string[];
  limits: unknown;
  version: number;
}

const BUILT_IN: Role[] = Object.entries(BUILT_IN_ROLES).map(([key, { name, permissions }]) => ({
  key,
  name,
  permissions: [...permissions],
  limits: {},
  builtIn: true,
  version: 1,
}));

export const isBuiltIn = (key: string): boolean => Object.hasOwn(BUILT_IN_ROLES, key);

const OWN =
  'select key, name, permissions, limits, version from roles where practice_id = current_practice()';
const OWN_NAMED = `${OWN} and key = any($1::text[])`;
const OWN_HELD = `${OWN_NAMED} order by key for share`;

/** The roles of a practice: built in ones, the same everywhere, and its own. */
@Injectable()
export class Roles {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(): Promise<Role[]> {
    const own = await this.database.sql<Row>(`${OWN} order by key`);
    return [...BUILT_IN, ...own.map(toRole)];
  }

  /** @throws Problem `not_found` */
  async get(key: string): Promise<Role> {
    const [role] = await this.#named([key]);
    if (!role) throw Problem.of('not_found');
    return role;
  }

  /** Everything that the given roles permit together. Built-in ones alone cost no statement. */
  async rightsOf(keys: readonly string[]): Promise<Rights> {
    return Rights.of(await this.#named(keys));
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
  async mustNotExceed(own: Rights, theirRoles: readonly string[]): Promise<void> {
    if (own.covers(await this.rightsOf(theirRoles))) return;
    throw Problem.of('forbidden', 'This user may do more than you: ask an administrator.');
  }

  /**
   * Gives a user exactly these roles.
   * @throws Problem `validation_failed` for a role that does not exist, `grant_exceeds_own` for a role
   * that permits what the granting person may not do.
   */
  async assign(userId: string, keys: readonly string[], grantedBy: Rights): Promise<void> {
    const granted = await this.hold(keys, '/roles');
    if (!grantedBy.covers(Rights.of(granted))) throw Problem.of('grant_exceeds_own');
    await this.database.sql(
      `with kept as (
         insert into user_roles (practice_id, user_id, role_key)
         select current_practice(), $1, unnest($2::text[]) on conflict do nothing
       ) delete from user_roles where practice_id = current_practice() and user_id = $1
           and not (role_key = any($2::text[]))`,
      [userId, keys],
    );
  }

  /** Gives people who have none yet their roles; whether each may be given has been asked of `heldAmong`. */
  async assignNew(people: readonly { id: string; roles: readonly string[] }[]): Promise<void> {
    const pairs = people.flatMap(({ id, roles }) => roles.map((key) => ({ id, key })));
    await this.database.sql(
      `insert into user_roles (practice_id, user_id, role_key)
       select current_practice(), user_id, role_key from unnest($1::uuid[], $2::text[]) as r (user_id, role_key)`,
      [pairs.map(({ id }) => id), pairs.map(({ key }) => key)],
    );
  }

  /** Those of the named roles that there are; none of them changes until this transaction has ended. */
  heldAmong(keys: readonly string[]): Promise<Role[]> {
    return this.#named(keys, OWN_HELD);
  }

  /**
   * The named roles, none of which is changed or deleted until this transaction has ended: what is
   * checked is what is granted. @throws Problem `validation_failed` at the pointer for one that is not there
   */
  async hold(keys: readonly string[], pointer: string): Promise<Role[]> {
    const existing = await this.heldAmong(keys);
    const unknown = keys.filter((key) => !existing.some((role) => role.key === key));
    if (unknown.length === 0) return existing;
    throw Problem.of('validation_failed').at({
      pointer,
      code: 'unknown_role',
      message: `is not a role of this practice: ${unknown.join(', ')}`,
    });
  }

  async #named(
    keys: readonly string[],
    own: typeof OWN_NAMED | typeof OWN_HELD = OWN_NAMED,
  ): Promise<Role[]> {
    const builtIn = BUILT_IN.filter(({ key }) => keys.includes(key));
    const others = keys.filter((key) => !isBuiltIn(key));
    if (others.length === 0) return builtIn;
    const rows = await this.database.sql<Row>(own, [others]);
    return [...builtIn, ...rows.map(toRole)];
  }
}

/** What was stored is not trusted: a permission that nobody knows, and limits not understood, permit nothing. */
export function toRole({ key, name, permissions, limits, version }: Row): Role {
  const understood = RoleLimits.safeParse(limits);
  const known = PERMISSION_NAMES.filter((permission) => permissions.includes(permission));
  const grant = understood.success
    ? { permissions: known, limits: understood.data }
    : { permissions: [], limits: {} };
  return { key, name, builtIn: false, version, ...grant };
}
