import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Outbox } from '#delivery';
import { type Principal, recipientOf, User } from '#users';

/** What became of how the trail is kept. */
type KeepingChange =
  | { change: 'raised' | 'requested' | 'cancelled'; years: number }
  | { change: 'confirmed'; years: number; due: string }
  | { change: 'held'; reason: string }
  | { change: 'lifting' | 'lifted' };

/** Tells all administrators, also whoever did it: their session may be somebody else's. */
@Injectable()
export class RetentionNotices {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async tell({ displayName }: Principal, change: KeepingChange): Promise<void> {
    const facts = { at: this.database.now.toISOString(), changedBy: displayName, ...change };
    for (const administrator of await this.#administrators()) {
      await this.outbox.post('audit-keeping-changed', recipientOf(administrator), facts);
    }
  }

  async #administrators(): Promise<User[]> {
    const rows = await this.database.sql<{ user_id: string }>(
      `select user_id from user_roles where practice_id = current_practice() and role_key = 'administrator'`,
    );
    return this.database.em.find(User, { id: { $in: rows.map((row) => row.user_id) }, status: 'active' });
  }
}
