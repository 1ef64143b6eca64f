import { Inject, Injectable } from '@nestjs/common';
import type { SupportGrantView } from '#contract';
import { Database } from '#database';
import { Outbox } from '#delivery';
import { recipientOf, User } from '#users';

/** Tells the practice what customer service is about to do, while there is time to stop it. */
@Injectable()
export class SupportNotices {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  /** To every administrator and to the person concerned. */
  async approved({ userId, reason, proposedBy, approvedBy, dueAt }: SupportGrantView): Promise<void> {
    if (!approvedBy || !dueAt) throw new Error('A grant is announced once it is approved');
    const [person, administrators] = await Promise.all([
      this.database.em.findOneOrFail(User, { id: userId }),
      this.#administrators(),
    ]);
    const facts = {
      at: this.database.now.toISOString(),
      due: new Date(dueAt).toISOString(),
      reason,
      operators: [proposedBy, approvedBy],
    };
    const own = { ...facts, about: { kind: 'recipient' as const } };
    await this.outbox.post('support-grant-approved', recipientOf(person), own);
    const others = { ...facts, about: { kind: 'other' as const, name: person.displayName } };
    for (const administrator of administrators.filter(({ id }) => id !== userId)) {
      await this.outbox.post('support-grant-approved', recipientOf(administrator), others);
    }
  }

  async #administrators(): Promise<User[]> {
    const rows = await this.database.sql<{ user_id: string }>(
      `select user_id from user_roles where practice_id = current_practice() and role_key = 'administrator'`,
    );
    return this.database.em.find(User, { id: { $in: rows.map((row) => row.user_id) }, status: 'active' });
  }
}
