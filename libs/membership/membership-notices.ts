import { Inject, Injectable } from '@nestjs/common';
import { Administrators } from '#access';
import { Database } from '#database';
import { Outbox } from '#delivery';
import { maskAddress } from '#mail';
import { type Principal, recipientOf, User } from '#users';

const OTHERS = 50;

/** Who is told when somebody's address or standing changes. */
@Injectable()
export class MembershipNotices {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Administrators) private readonly administrators: Administrators,
  ) {}

  /** The old and the new mailbox both hear of it. */
  async emailChanged(principal: Principal, user: User, before: string): Promise<void> {
    const facts = {
      at: this.database.now.toISOString(),
      newAddress: maskAddress(user.email),
      changedBy: principal.displayName,
    };
    await this.outbox.post('email-changed', { ...recipientOf(user), email: before }, facts);
    await this.outbox.post('email-changed', recipientOf(user), facts);
  }

  /** The person concerned and every other administrator are told. */
  async administratorChanged(
    principal: Principal,
    user: User,
    change: 'appointed' | 'withdrawn',
  ): Promise<void> {
    const facts = { at: this.database.now.toISOString(), change, changedBy: principal.displayName };
    await this.outbox.post('administrator-changed', recipientOf(user), {
      ...facts,
      about: { kind: 'recipient' },
    });
    for (const other of await this.#otherAdministrators(user.id)) {
      await this.outbox.post('administrator-changed', recipientOf(other), {
        ...facts,
        about: { kind: 'other', name: user.displayName },
      });
    }
  }

  async #otherAdministrators(userId: string): Promise<User[]> {
    const ids = (await this.administrators.ids(OTHERS + 1)).filter((id) => id !== userId);
    return this.database.em.find(User, { id: { $in: ids.slice(0, OTHERS) } });
  }
}
