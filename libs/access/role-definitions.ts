import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import type { DefineRole, RoleLimits, UpdateRole } from '#contract';
import { Database } from '#database';
import { type Actor, type ExpectedVersion, mustBeExpected, Problem } from '#runtime';
import { Rights } from './rights.js';
import { faultsOf } from './role-faults.js';
import { isBuiltIn, type Role, Roles } from './roles.js';

/** What is to change about which role; the version that the change was decided on. */
export interface RoleChange {
  key: string;
  changes: UpdateRole;
  expectedVersion: ExpectedVersion;
}

type Definition = Pick<Role, 'key' | 'name' | 'permissions' | 'limits'>;

/**
 * The practice's own roles. Nobody grants what they lack: neither what a definition would permit nor what
 * it permits already may exceed the rights of whoever writes it, or a role that one holds would be a way
 * to raise oneself.
 */
@Injectable()
export class RoleDefinitions {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** @throws Problem `validation_failed`, `grant_exceeds_own`, `role_key_taken` */
  async create(actor: Actor, rights: Rights, definition: DefineRole): Promise<Role> {
    const role = { ...definition, limits: definition.limits ?? {} };
    await this.#mustBeAllowed(rights, role);
    const created = isBuiltIn(role.key)
      ? []
      : await this.database.sql(
          `insert into roles (practice_id, key, name, permissions, limits)
           values (current_practice(), $1, $2, $3, $4) on conflict do nothing returning 1`,
          [role.key, role.name, role.permissions, JSON.stringify(role.limits)],
        );
    if (created.length === 0) throw Problem.of('role_key_taken');
    this.#record(actor, 'role.created', null, role);
    return { ...role, builtIn: false, version: 1 };
  }

  /**
   * Acts at once on everybody who has the role: rights are read with every request.
   * @throws Problem `not_found`, `forbidden`, `stale`, `validation_failed`, `grant_exceeds_own`
   */
  async update(actor: Actor, rights: Rights, { key, changes, expectedVersion }: RoleChange): Promise<Role> {
    const before = await this.#hold(rights, key);
    mustBeExpected(before.version, expectedVersion);
    const permissions = changes.permissions ?? before.permissions;
    const kept = Object.entries(before.limits).filter(([name]) => permissions.some((held) => held === name));
    const limits: RoleLimits = changes.limits ?? Object.fromEntries(kept);
    const role = { ...before, name: changes.name ?? before.name, permissions, limits };
    await this.#mustBeAllowed(rights, role);
    const [updated] = await this.database.sql<{ version: number }>(
      `update roles set name = $2, permissions = $3, limits = $4, version = version + 1
       where practice_id = current_practice() and key = $1
         and (name, permissions, limits) is distinct from ($2, $3::text[], $4::jsonb) returning version`,
      [key, role.name, role.permissions, JSON.stringify(role.limits)],
    );
    if (!updated) return before;
    this.#record(actor, 'role.updated', before, role);
    return { ...role, version: updated.version };
  }

  /** @throws Problem `not_found`, `forbidden`, `role_in_use` */
  async remove(actor: Actor, rights: Rights, key: string): Promise<void> {
    const role = await this.#hold(rights, key);
    const [use] = await this.database.sql<{ held: boolean; named: boolean }>(
      `select
         exists (select from user_roles where practice_id = current_practice() and role_key = $1) as held,
         exists (select from roles r, jsonb_path_query(r.limits, 'strict $.*.where.roles[*]') as named
           where r.practice_id = current_practice() and r.key <> $1 and named = to_jsonb($1::text)) as named`,
      [key],
    );
    if (use?.held) throw Problem.of('role_in_use');
    if (use?.named) {
      throw Problem.of('role_in_use', 'Another role is limited to users with this one: change that first.');
    }
    await this.database.sql('delete from roles where practice_id = current_practice() and key = $1', [key]);
    this.#record(actor, 'role.deleted', role, null);
  }

  /** The role, which nobody else changes, assigns or deletes until this transaction has ended. */
  async #hold(rights: Rights, key: string): Promise<Role> {
    if (isBuiltIn(key)) {
      throw Problem.of(
        'forbidden',
        'Built-in roles are the same in every practice and stay as they are: define a role of your own.',
      );
    }
    await this.database.sql(
      'select 1 from roles where practice_id = current_practice() and key = $1 for update',
      [key],
    );
    const role = await this.roles.get(key);
    if (rights.covers(Rights.of([role]))) return role;
    throw Problem.of('forbidden', 'This role permits more than yours: ask an administrator.');
  }

  async #mustBeAllowed(rights: Rights, role: Definition): Promise<void> {
    const faults = faultsOf(role);
    if (faults.length > 0) throw Problem.of('validation_failed').at(...faults);
    for (const [permission, limit] of Object.entries(role.limits)) {
      const others = (limit?.where?.roles ?? []).filter((key) => key !== role.key);
      await this.roles.hold(others, `/limits/${permission}/where/roles`);
    }
    if (!rights.covers(Rights.of([role]))) throw Problem.of('grant_exceeds_own');
  }

  #record(
    actor: Actor,
    action: 'role.created' | 'role.updated' | 'role.deleted',
    before: Definition | null,
    after: Definition | null,
  ): void {
    const id = (after ?? before)?.key ?? null;
    const changes = { before: privilegeOf(before), after: privilegeOf(after) };
    this.trail.record({ action, actor, target: { type: 'role', id }, changes });
  }
}

/** What the trail keeps of a role: all that it permits, and within what. */
function privilegeOf(role: Definition | null) {
  if (!role) return null;
  // Through JSON: what is absent is not `undefined`.
  const limits = JSON.parse(JSON.stringify(role.limits)) as Record<string, Record<string, string[]>>;
  return { name: role.name, permissions: role.permissions, limits };
}
