import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { OwnerNotices, User } from '#users';

/**
 * Tells somebody, once a day at most, that their security question was answered wrongly. The worker does it a
 * little later: a mail posted with the answer would cost time that only known names cost.
 */
@Injectable()
export class AttemptNotices {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OwnerNotices) private readonly notices: OwnerNotices,
  ) {}

  /** Posts what is due in the running unit's practice. */
  async post(): Promise<void> {
    const rows = await this.database.sql<{ user_id: string; at: Date }>(
      `select r.user_id, max(r.requested_at) as at from password_resets r
       join users u on u.practice_id = r.practice_id and u.id = r.user_id and u.status <> 'deactivated'
       where r.practice_id = current_practice() and r.state = 'refused'
         and r.refused_for in ('wrong-answer', 'too-many-attempts')
         and r.requested_at > app_now() - interval '1 hour'
         and not exists (select from deliveries d where d.practice_id = r.practice_id and d.user_id = r.user_id
           and d.template = 'reset-attempted' and d.created_at > app_now() - interval '1 day')
       group by r.user_id`,
    );
    const answeredAt = new Map(rows.map(({ user_id, at }) => [user_id, at]));
    const users = await this.database.em.find(User, { id: { $in: [...answeredAt.keys()] } });
    for (const user of users) await this.notices.postAttempt(user, answeredAt.get(user.id) as Date);
  }
}
