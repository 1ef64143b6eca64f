import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Outbox } from '#delivery';
import { maskAddress } from '#mail';
import { type Principal, recipientOf, User } from '#users';

/** Who is told when somebody's address or standing changes. */
@Injectable()
export class MembershipNotices {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Outbox) private readonly outbox: Outbox,
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
    const rows = await this.database.sql<{ user_id: string }>(
      `select user_id from user_roles where practice_id = current_practice() and role_key = 'administrator'
         and user_id <> $1 limit 50`,
      [userId],
    );
    return this.database.em.find(User, { id: { $in: rows.map((row) => row.user_id) }, status: 'active' });
  }
}
