import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';

/** What names a person in mails: as they are called now, and where they are written to. */
export interface Person {
  userId: string;
  username: string;
  displayName: string;
  email: string;
}

const UNSENT = "state in ('queued', 'sending', 'deferred')";

/** Takes a person out of the practice's mails: the rows stay, and tell what happened to nobody. */
@Injectable()
export class PersonErasure {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Unsent mails to them are withdrawn; earlier names and addresses of theirs are known from their mails. */
  async forget({ userId, username, displayName, email }: Person): Promise<void> {
    const [known] = await this.database.sql<{ values: string[] }>(
      `select array_remove(array_agg(distinct recipient) || array_agg(distinct facts ->> 'displayName'), null)
         as values from deliveries where practice_id = current_practice() and user_id = $1`,
      [userId],
    );
    await this.#withdraw(userId);
    await this.#forgetOwn(userId);
    const gone = [username, displayName, email, ...(known?.values ?? [])];
    await this.#forgetInOthers(userId, gone);
  }

  /** The last mail to somebody, once it has ended. */
  async forgetDelivery(id: string): Promise<void> {
    await this.database.sql(
      `update deliveries set recipient = '', facts = '{}' where practice_id = current_practice() and id = $1`,
      [id],
    );
    await this.database.sql(
      `update delivery_attempts set reply = null where practice_id = current_practice() and delivery_id = $1`,
      [id],
    );
  }

  async #withdraw(userId: string): Promise<void> {
    await this.database.sql(
      `with withdrawn as (
         update deliveries set state = 'cancelled', finished_at = app_now()
         where practice_id = current_practice() and user_id = $1 and ${UNSENT} returning practice_id, id
       ) delete from outbox o using withdrawn w
         where o.practice_id = w.practice_id and o.delivery_id = w.id`,
      [userId],
    );
  }

  async #forgetOwn(userId: string): Promise<void> {
    await this.database.sql(
      'delete from delivery_failures where practice_id = current_practice() and user_id = $1',
      [userId],
    );
    await this.database.sql(
      `with own as (
         update deliveries set recipient = '', facts = '{}'
         where practice_id = current_practice() and user_id = $1 returning practice_id, id
       ) update delivery_attempts a set reply = null from own
         where a.practice_id = own.practice_id and a.delivery_id = own.id`,
      [userId],
    );
  }

  /** Mails to colleagues name this person as an administrator, as whoever did something, or as concerned. */
  async #forgetInOthers(userId: string, gone: string[]): Promise<void> {
    await this.database.sql(
      `update deliveries set facts = without_person(facts, $2)
       where practice_id = current_practice() and user_id is distinct from $1
         and exists (select from unnest($2::text[]) as value where strpos(facts::text, to_jsonb(value)::text) > 0)`,
      [userId, gone],
    );
  }
}
