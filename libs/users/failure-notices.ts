import { Inject, Injectable } from '@nestjs/common';
import { Administrators } from '#access';
import { Database } from '#database';
import { Outbox, type PostedDelivery } from '#delivery';
import { recipientOf, User } from './user.entity.js';

interface Failure {
  delivery_id: string;
  user_id: string;
  mail: 'welcome' | 'temporary_password';
  reply: string;
  display_name: string;
  username: string;
}

const ADMINISTRATORS = 20;
/** People named in one notice besides the first; the console shows all. */
const NAMED = 10;

/**
 * Tells the administrators that people wait for mails which will not come: at once for the first, and in one
 * notice for all that have failed since, ten minutes later or when the last notice has gone out. An outage
 * ends in one mail for each administrator, not in one for each mail that it cost.
 */
@Injectable()
export class FailureNotices {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Administrators) private readonly administrators: Administrators,
  ) {}

  /** Notes what is to be told, in the transaction in which the mail is given up. */
  async note(
    { id, userId }: PostedDelivery,
    mail: 'welcome' | 'temporary_password',
    reply: string,
  ): Promise<void> {
    if (!userId) return;
    await this.database.sql(
      `insert into delivery_failures (practice_id, delivery_id, user_id, mail, reply)
       values (current_practice(), $1, $2, $3, $4) on conflict do nothing`,
      [id, userId, mail, reply],
    );
  }

  /** Posts the notices for what has not been told yet, unless the practice was told just now. */
  async tell(): Promise<void> {
    const failures = await this.#untold();
    if (failures.length === 0) return;
    const at = this.database.now.toISOString();
    let notice: string | null = null;
    for (const administrator of await this.#administrators()) {
      // Their own mail is what does not arrive.
      const [first, ...others] = failures.filter(({ user_id: userId }) => userId !== administrator.id);
      if (!first) continue;
      notice = await this.outbox.post('delivery-failed', recipientOf(administrator), {
        at,
        person: first.display_name,
        username: first.username,
        mail: first.mail,
        reply: first.reply || null,
        others: others.slice(0, NAMED).map((failure) => failure.display_name),
        more: Math.max(0, others.length - NAMED),
      });
    }
    await this.database.sql(
      `update delivery_failures set told_at = app_now(), notice_id = $2
       where practice_id = current_practice() and delivery_id = any($1)`,
      [failures.map((failure) => failure.delivery_id), notice],
    );
  }

  /** Locked, so that of several workers one tells it. */
  #untold(): Promise<Failure[]> {
    return this.database.sql<Failure>(
      `select f.delivery_id, f.user_id, f.mail, f.reply, u.display_name, u.username
       from delivery_failures f
       join users u on u.practice_id = f.practice_id and u.id = f.user_id
       where f.practice_id = current_practice() and f.told_at is null
         and not exists (select from delivery_failures told
           left join outbox o on o.practice_id = told.practice_id and o.delivery_id = told.notice_id
           where told.practice_id = current_practice()
             and (told.told_at > app_now() - interval '10 minutes' or o.delivery_id is not null))
       order by f.at, f.delivery_id limit 10000 for update of f skip locked`,
    );
  }

  async #administrators(): Promise<User[]> {
    return this.database.em.find(User, { id: { $in: await this.administrators.ids(ADMINISTRATORS) } });
  }
}
