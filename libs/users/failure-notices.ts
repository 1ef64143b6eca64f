import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Outbox, type PostedDelivery, sayMoment } from '#delivery';
import { Practices } from '#practices';
import { recipientOf, User } from './user.entity.js';

/** Tells the administrators that a person waits for a mail which will not come. */
@Injectable()
export class FailureNotices {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Practices) private readonly practices: Practices,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async post(delivery: PostedDelivery, mail: 'welcome' | 'temporary_password', reply: string): Promise<void> {
    const person = delivery.userId && (await this.database.em.findOne(User, { id: delivery.userId }));
    if (!person) return;
    const { timeZone } = await this.practices.current();
    for (const administrator of await this.#administrators(person.id)) {
      await this.outbox.post('delivery-failed', recipientOf(administrator), {
        at: sayMoment(this.database.now, timeZone),
        person: person.displayName,
        username: person.username,
        mail,
        reply: reply || null,
      });
    }
  }

  async #administrators(except: string): Promise<User[]> {
    const rows = await this.database.sql<{ user_id: string }>(
      `select user_id from user_roles where practice_id = current_practice() and role_key = 'administrator'
         and user_id <> $1 limit 20`,
      [except],
    );
    return this.database.em.find(User, { id: { $in: rows.map((row) => row.user_id) }, status: 'active' });
  }
}
