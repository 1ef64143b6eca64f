import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { SYSTEM } from '#runtime';
import { OwnerNotices, User } from '#users';

/**
 * Tells somebody, once a day at most, that their security question was answered wrongly (D4). The worker
 * does it a little later: a mail posted with the answer would cost time that only known names cost.
 */
@Injectable()
export class AttemptNotices {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OwnerNotices) private readonly notices: OwnerNotices,
  ) {}

  /** Posts what is due in the running unit's practice. */
  async post(): Promise<void> {
    const rows = await this.database.sql<{ user_id: string }>(
      `select distinct r.user_id from password_resets r
       where r.practice_id = current_practice() and r.state = 'refused'
         and r.requested_at > app_now() - interval '1 hour'
         and not exists (select from deliveries d where d.practice_id = r.practice_id and d.user_id = r.user_id
           and d.template = 'reset-attempted' and d.created_at > app_now() - interval '1 day')`,
    );
    const users = await this.database.em.find(User, { id: { $in: rows.map((row) => row.user_id) } });
    for (const user of users) await this.notices.post('reset-attempted', user, SYSTEM);
  }
}
