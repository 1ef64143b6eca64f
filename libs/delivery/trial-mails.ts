import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { type Actor, Config, Problem } from '#runtime';
import { BuiltInMails, type MailParts, type WordingKey } from '#wording';
import { Outbox } from './outbox.js';

const PER_HOUR = 6;

/** Sends somebody who words a mail that mail, to their own mailbox and no other, with sample values in it. */
@Injectable()
export class TrialMails {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(BuiltInMails) private readonly mails: BuiltInMails,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** @returns the delivery's id @throws Problem `too_many_attempts` */
  async post(actor: Actor, { kind, locale }: WordingKey, wording: MailParts | null): Promise<string> {
    // The row is locked, so that requests at the same time do not each find room.
    const [person] = await this.database.sql<{ id: string; display_name: string; email: string }>(
      `select id, display_name, email from users where practice_id = current_practice() and id = $1
       for no key update`,
      [actor.id],
    );
    if (!person) throw Problem.of('not_found');
    await this.#mustHaveRoom(person.id);
    const recipient = { userId: person.id, displayName: person.display_name, email: person.email, locale };
    return this.outbox.post(kind, recipient, ownFactsIn(this.mails.sample(kind)), { wording });
  }

  async #mustHaveRoom(userId: string): Promise<void> {
    const most = Math.ceil(PER_HOUR * this.config.values.RATE_LIMIT_FACTOR);
    const [full] = await this.database.sql<{ wait: number }>(
      `select extract(epoch from created_at + interval '1 hour' - app_now())::float8 as wait from deliveries
       where practice_id = current_practice() and user_id = $1 and trial is not null
         and created_at > app_now() - interval '1 hour'
       order by id desc offset $2 limit 1`,
      [userId, most - 1],
    );
    if (!full) return;
    throw Problem.of(
      'too_many_attempts',
      'Your mailbox has had its share of test mails: use the preview.',
    ).retryAfter(full.wait);
  }
}

/** What the outbox and the sender fill in by themselves, for a trial as for every mail. */
const FILLED_IN = new Set([
  'practiceName',
  'displayName',
  'consoleUrl',
  'supportContact',
  'administrators',
  'credential',
  'expiresAt',
]);

const ownFactsIn = (sample: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(sample).filter(([name]) => !FILLED_IN.has(name)));
