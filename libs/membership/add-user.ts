import { Inject, Injectable } from '@nestjs/common';
import { Roles } from '#access';
import { AuditTrail } from '#audit';
import type { AddUser as AddUserRequest } from '#contract';
import { Practices } from '#practices';
import { type Actor, type ExpectedVersion, mustBeExpected, Problem } from '#runtime';
import { type Principal, type User, Users } from '#users';
import { Welcome } from './welcome.js';

/** Somebody to be added among many. */
export type NewPerson = Omit<AddUserRequest, 'locale'> & { id: string };

interface ManyOrder {
  /** Null for customer service. */
  addedBy: string | null;
  welcome: boolean;
}

/** Adds people to a practice. Nobody but the recipient ever sees the temporary password. */
@Injectable()
export class AddUser {
  constructor(
    @Inject(Practices) private readonly practices: Practices,
    @Inject(Users) private readonly users: Users,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Welcome) private readonly welcome: Welcome,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** @throws Problem `username_taken`, `validation_failed` for an unknown role, `grant_exceeds_own`. */
  async add(actor: Actor, principal: Principal, request: AddUserRequest): Promise<User> {
    const { roles, locale, ...details } = request;
    const practice = await this.practices.current();
    const user = await this.users.create(actor, {
      ...details,
      roles,
      locale: locale ?? practice.locale,
      status: 'invited',
    });
    principal.rights.mustStayInReach('user:create', { roles, status: user.status });
    await this.roles.assign(user.id, roles, principal.rights);
    await this.welcome.post(actor, principal, user);
    return user;
  }

  /**
   * Adds many at once, whose roles have been found to be in the adding person's power and reach in this very
   * transaction (`judge`). Returns the ids of those whose name nobody had.
   */
  async addAll(actor: Actor, people: readonly NewPerson[], order: ManyOrder): Promise<Set<string>> {
    const { locale } = await this.practices.current();
    const invited = people.map((person) => ({ ...person, locale, status: 'invited' as const }));
    const created = await this.users.createAll(actor, invited);
    const added = invited.filter(({ id }) => created.has(id));
    if (added.length === 0) return created;
    await this.roles.assignNew(added);
    if (order.welcome) await this.welcome.postAll(order.addedBy, added);
    return created;
  }

  /** @throws Problem `stale`, and `already_signed_in` for somebody who has set their own password. */
  async welcomeAgain(
    actor: Actor,
    principal: Principal,
    userId: string,
    expected: ExpectedVersion,
  ): Promise<string> {
    const user = await this.users.hold(userId);
    const held = await this.roles.of(userId);
    principal.rights.mustReach('user:create', { roles: held, status: user.status });
    mustBeExpected(user.version, expected);
    await this.roles.mustNotExceed(principal.rights, held);
    if (user.status === 'deactivated') throw Problem.of('user_deactivated');
    if (user.status !== 'invited') throw Problem.of('already_signed_in');
    const deliveryId = await this.welcome.post(actor, principal, user);
    this.trail.record({
      action: 'user.welcome-repeated',
      actor,
      target: { type: 'user', id: userId },
      changes: { deliveryId },
    });
    return deliveryId;
  }
}
