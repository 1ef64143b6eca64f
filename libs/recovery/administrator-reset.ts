import { Inject, Injectable } from '@nestjs/common';
import { Roles } from '#access';
import { Deliveries } from '#delivery';
import { Practices } from '#practices';
import { type Actor, Problem } from '#runtime';
import { Credentials, Passwords, type Principal, Sessions, type User, UserDirectory, Users } from '#users';
import { Resets } from './resets.js';

/** The faster way: an administrator sends a colleague a temporary password that only the mail shows. */
@Injectable()
export class AdministratorReset {
  constructor(
    @Inject(Users) private readonly users: Users,
    @Inject(UserDirectory) private readonly directory: UserDirectory,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Practices) private readonly practices: Practices,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Passwords) private readonly passwords: Passwords,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(Resets) private readonly resets: Resets,
  ) {}

  /**
   * Returns the reset's id. With `lockNow` the old password and the sessions end at once; otherwise both
   * stand until the new password is set.
   * @throws Problem `not_found`, `own_account`, `user_deactivated`, `forbidden`, `too_many_attempts`
   */
  async start(actor: Actor, principal: Principal, userId: string, lockNow: boolean): Promise<string> {
    const user = await this.users.get(userId);
    await this.#mustBeAllowed(principal, user);
    await this.credentials.end(actor, user.id, 'superseded');
    const { policy } = await this.practices.current();
    const life = policy.issuedCredentialHours * 60;
    const credentialId = await this.credentials.create(user.id, 'reset', life);
    if (lockNow) {
      await this.passwords.disable(user.id);
      await this.sessions.endAll(user.id);
    }
    const askedBy = { kind: 'administrator', name: principal.displayName } as const;
    return this.resets.request(actor, { user, credentialId, channel: 'administrator', askedBy, lockNow });
  }

  async #mustBeAllowed(principal: Principal, user: User): Promise<void> {
    if (user.id === principal.userId) throw Problem.of('own_account');
    if (user.status === 'deactivated') throw Problem.of('user_deactivated');
    const roles = (await this.directory.find(user.id))?.view.roles ?? [];
    const theirs = await this.roles.permissionsOf(roles);
    if (theirs.some((permission) => !principal.permissions.includes(permission))) {
      throw Problem.of('forbidden', 'This user may do more than you: ask an administrator.');
    }
    const wait = await this.deliveries.mailboxFullForSeconds(user.id);
    if (wait > 0) {
      throw Problem.of('too_many_attempts', 'This person has been sent several mails already.').retryAfter(
        wait,
      );
    }
  }
}
