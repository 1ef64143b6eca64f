import { Inject, Injectable } from '@nestjs/common';
import { Administrators } from '#access';
import type { Actor, ExpectedVersion } from '#runtime';
import { Credentials, Passwords, type Principal, Sessions } from '#users';
import { ResetTargets } from './reset-targets.js';
import { type NewReset, Resets } from './resets.js';

/** On whose behalf: their rights decide. */
export type Resetter = Pick<Principal, 'userId' | 'displayName' | 'rights'>;

/** Whom to send a temporary password, and whether the old one and the sessions end at once. */
export interface ResetOrder {
  userId: string;
  lockNow: boolean;
  expectedVersion: ExpectedVersion;
  /** One by one unless it is said. */
  channel?: 'administrator' | 'bulk';
}

/** The faster way: an administrator sends a colleague a temporary password that only the mail shows. */
@Injectable()
export class AdministratorReset {
  constructor(
    @Inject(ResetTargets) private readonly targets: ResetTargets,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Passwords) private readonly passwords: Passwords,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(Resets) private readonly resets: Resets,
    @Inject(Administrators) private readonly administrators: Administrators,
  ) {}

  /**
   * Returns the reset's id. Without `lockNow` the old password and the sessions stand until the new one is set.
   * @throws Problem `not_found`, `stale`, `own_account`, `user_deactivated`, `forbidden`, `too_many_attempts`,
   * and `last_administrator` where `lockNow` would leave nobody who can sign in until a mail has arrived
   */
  async start(actor: Actor, principal: Resetter, order: ResetOrder): Promise<string> {
    const { userId, lockNow, expectedVersion, channel = 'administrator' } = order;
    if (lockNow) await this.administrators.lock();
    const { recipient, roles, lifeMinutes } = await this.targets.find(principal, userId, expectedVersion);
    const credentialId = await this.credentials.supersede(actor, userId, lifeMinutes);
    if (lockNow) {
      await this.passwords.disable(userId);
      if (roles.includes('administrator')) await this.administrators.mustRemain();
      await this.sessions.endAll(userId);
    }
    return this.resets.request(actor, {
      user: recipient,
      credentialId,
      channel,
      askedBy: askedBy(actor, principal),
      lockNow,
    });
  }
}

const askedBy = ({ type }: Actor, { displayName: name }: Resetter): NewReset['askedBy'] =>
  type === 'operator' ? { kind: 'support' } : { kind: 'administrator', name };
