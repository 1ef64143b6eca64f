import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Outbox } from '#delivery';
import type { Actor } from '#runtime';
import { recipientOf, type User } from './user.entity.js';

/** Mails that tell somebody what happened to their account, so that they can object if it was not them. */
@Injectable()
export class OwnerNotices {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async post(
    kind: 'password-changed' | 'security-question-changed',
    user: User,
    actor: Actor,
  ): Promise<void> {
    await this.outbox.post(kind, recipientOf(user), {
      at: this.database.now.toISOString(),
      sourceAddress: actor.sourceAddress,
    });
  }

  /** Somebody answered their security question wrongly. */
  async postAttempt(user: User, answeredAt: Date): Promise<void> {
    await this.outbox.post('reset-attempted', recipientOf(user), { at: answeredAt.toISOString() });
  }
}
