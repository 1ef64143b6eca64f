import { Inject, Injectable } from '@nestjs/common';
import { Practices } from '#practices';
import { type Actor, Problem } from '#runtime';
import { Credentials, recipientOf, Users } from '#users';
import { Resets } from './resets.js';

/**
 * Customer service's reset: a temporary password to the stored address. There is nothing to choose, so that
 * nobody can be talked into another address. Whether it may be started is decided by who calls this.
 */
@Injectable()
export class SupportReset {
  constructor(
    @Inject(Users) private readonly users: Users,
    @Inject(Practices) private readonly practices: Practices,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Resets) private readonly resets: Resets,
  ) {}

  /** Returns the reset's id. @throws Problem `not_found`, `user_deactivated` */
  async start(actor: Actor, userId: string, reason: string): Promise<string> {
    const user = await this.users.hold(userId);
    if (user.status === 'deactivated') throw Problem.of('user_deactivated');
    const { policy } = await this.practices.current();
    return this.resets.request(actor, {
      user: recipientOf(user),
      credentialId: await this.credentials.supersede(actor, userId, policy.issuedCredentialHours * 60),
      channel: 'support',
      askedBy: { kind: 'support' },
      reason,
    });
  }
}
