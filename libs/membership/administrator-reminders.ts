import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Outbox } from '#delivery';
import { recipientOf, User } from '#users';

/** Tells the only administrator of a practice, once a month, that nobody could let them back in. */
@Injectable()
export class AdministratorReminders {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  /** Looks at every practice whose month is over, and at no other. Safe with any number of workers. */
  async run(): Promise<void> {
    const due = await this.database.outsidePractice(() =>
      this.database.sql<{ practice_id: string }>('select practice_id from practices_to_review()'),
    );
    for (const { practice_id: practiceId } of due) {
      await this.database.inPractice(practiceId, () => this.#review());
    }
  }

  async #review(): Promise<void> {
    // Review and mail commit together: whoever comes second finds the month begun anew.
    const claimed = await this.database.sql(
      `update practices set administrators_reviewed_at = app_now()
       where practice_id = current_practice() and status = 'active'
         and administrators_reviewed_at < app_now() - interval '30 days' returning 1`,
    );
    const [only, another] = claimed.length > 0 ? await this.#administrators() : [];
    if (only && !another) await this.outbox.post('single-administrator', recipientOf(only), {});
  }

  /** Two at most: more make no difference. */
  async #administrators(): Promise<User[]> {
    const rows = await this.database.sql<{ id: string }>(
      `select u.id from user_roles r join users u on u.practice_id = r.practice_id and u.id = r.user_id
       where r.practice_id = current_practice() and r.role_key = 'administrator' and u.status = 'active' limit 2`,
    );
    return this.database.em.find(User, { id: { $in: rows.map(({ id }) => id) } });
  }
}
