import { Inject, Injectable } from '@nestjs/common';
import { Administrators, Roles } from '#access';
import { AuditTrail } from '#audit';
import { type UpdateUser, USER_FIELDS, type UserField } from '#contract';
import { Database } from '#database';
import { type Actor, type ExpectedVersion, mustBeExpected } from '#runtime';
import { Passwords, type Principal, SessionProof, Sessions, type User, Users } from '#users';
import { MembershipNotices } from './membership-notices.js';

/** What is to change about whom; the version that the change was decided on. */
export interface UserChange {
  userId: string;
  changes: UpdateUser;
  expectedVersion: ExpectedVersion;
}

/** Changes a user: details, roles, status. The practice keeps an administrator throughout. */
@Injectable()
export class ChangeUser {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Users) private readonly users: Users,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Administrators) private readonly administrators: Administrators,
    @Inject(Passwords) private readonly passwords: Passwords,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(SessionProof) private readonly proof: SessionProof,
    @Inject(MembershipNotices) private readonly notices: MembershipNotices,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /**
   * @throws Problem `not_found`, `stale`, `grant_exceeds_own`, `last_administrator`,
   * `reauthentication_required` for another address or other roles, and `forbidden` when
   * the user may do what the acting person may not: a lower role cannot act on a higher one.
   */
  async change(actor: Actor, principal: Principal, request: UserChange): Promise<User> {
    const { userId, changes, expectedVersion } = request;
    await this.administrators.lock();
    const { user, held } = await this.#reachable(principal, userId, changedFields(changes));
    mustBeExpected(user.version, expectedVersion);
    const { roles, status, ...details } = changes;
    await this.#changeDetails(actor, principal, user, details);
    if (roles) await this.#changeRoles(actor, principal, user, roles);
    if (status) await this.#changeStatus(actor, user, status);
    if (roles || status) {
      if (held.includes('administrator')) await this.administrators.mustRemain();
      const after = { roles: await this.roles.of(userId), status: user.status };
      principal.rights.mustStayInReach('user:update', after);
    }
    return user;
  }

  async signOutEverywhere(actor: Actor, principal: Principal, userId: string): Promise<void> {
    const { user } = await this.#reachable(principal, userId, ['status']);
    const ended = await this.sessions.endAll(user.id);
    this.trail.record({
      action: 'sessions.revoked',
      actor,
      target: { type: 'user', id: user.id },
      changes: { ended },
    });
  }

  /** @throws Problem `not_found`, `forbidden` */
  async #reachable(
    principal: Principal,
    userId: string,
    fields: readonly UserField[],
  ): Promise<{ user: User; held: string[] }> {
    const user = await this.users.get(userId);
    const held = await this.roles.of(userId);
    const facts = { roles: held, status: user.status };
    principal.rights.mustReach('user:update', facts);
    await this.roles.mustNotExceed(principal.rights, held);
    principal.rights.mustMayChange(facts, fields);
    return { user, held };
  }

  async #changeDetails(
    actor: Actor,
    principal: Principal,
    user: User,
    details: Pick<UpdateUser, 'displayName' | 'email' | 'locale'>,
  ): Promise<void> {
    const before = user.email;
    if (details.email !== undefined && details.email !== before) {
      await this.proof.mustBeRecent(principal.sessionId);
    }
    const given = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
    await this.users.rename(actor, user, given);
    if (user.email !== before) await this.notices.emailChanged(principal, user, before);
  }

  async #changeRoles(actor: Actor, principal: Principal, user: User, roles: string[]): Promise<void> {
    const before = await this.roles.of(user.id);
    if (before.join() === roles.join()) return;
    await this.proof.mustBeRecent(principal.sessionId);
    await this.roles.assign(user.id, roles, principal.rights);
    user.updatedAt = this.database.now;
    await this.database.em.flush();
    this.trail.record({
      action: 'user.roles-changed',
      actor,
      target: { type: 'user', id: user.id },
      changes: { before, after: roles },
    });
    const [was, is] = [before.includes('administrator'), roles.includes('administrator')];
    if (was !== is) await this.notices.administratorChanged(principal, user, is ? 'appointed' : 'withdrawn');
  }

  async #changeStatus(actor: Actor, user: User, status: 'active' | 'deactivated'): Promise<void> {
    const deactivated = user.status === 'deactivated';
    if (status === 'deactivated' && !deactivated) await this.users.deactivate(actor, user);
    if (status === 'active' && deactivated) {
      await this.users.activate(actor, user, (await this.passwords.stored(user.id)) !== null);
    }
  }
}

/** Also a field that is given as it was: a role that may not change it has no business sending it. */
const changedFields = (changes: UpdateUser): UserField[] =>
  USER_FIELDS.filter((field) => changes[field] !== undefined);
