import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Config, newId } from '#runtime';
import { deadlineHoursOf, jobNameOf } from './delivery-job.js';
import { checkFacts, type MessageFacts, type MessageKind } from './messages.js';

/** Who receives a message, and what it belongs to. */
export interface Recipient {
  userId: string;
  displayName: string;
  email: string;
  locale: string;
  resetId?: string;
  credentialId?: string;
}

/** What every mail says of its practice; filled in here, so that no caller has to. */
type Letterhead = 'practiceName' | 'displayName' | 'consoleUrl' | 'supportContact' | 'administrators';
export type OwnFacts<K extends MessageKind> = Omit<MessageFacts<K>, Letterhead>;

/** Accepts messages inside the transaction that causes them: both commit, or neither does. */
@Injectable()
export class Outbox {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** Posts one message and returns its delivery id. No secret is stored: it is derived when sent. */
  async post<K extends MessageKind>(kind: K, recipient: Recipient, facts: OwnFacts<K>): Promise<string> {
    const [practice] = await this.database.sql<{ name: string; time_zone: string; administrators: string[] }>(
      `select p.name, p.time_zone, array(
         select u.display_name from user_roles r join users u on u.practice_id = r.practice_id and u.id = r.user_id
         where r.practice_id = current_practice() and r.role_key = 'administrator' and u.status = 'active'
         order by u.display_name limit 5) as administrators
       from practices p where p.practice_id = current_practice()`,
    );
    if (!practice) throw new Error('There is no such practice to write for');
    const checked = checkFacts(kind, {
      practiceName: practice.name,
      displayName: recipient.displayName,
      consoleUrl: this.config.publicUrl,
      supportContact: this.config.supportContact,
      administrators: practice.administrators.filter((name) => name !== recipient.displayName),
      ...facts,
    });
    return this.#insert(kind, recipient, practice.time_zone, checked);
  }

  /** Withdraws every mail that has not been sent yet and would carry this credential. */
  async withdrawCredential(credentialId: string): Promise<void> {
    await this.database.sql(
      `with withdrawn as (
         update deliveries set state = 'cancelled', finished_at = app_now()
         where practice_id = current_practice() and credential_id = $1
           and state in ('queued', 'sending', 'deferred') returning practice_id, id
       ) delete from outbox o using withdrawn w
         where o.practice_id = w.practice_id and o.delivery_id = w.id`,
      [credentialId],
    );
  }

  async #insert(kind: MessageKind, to: Recipient, timeZone: string, facts: object): Promise<string> {
    const id = newId();
    await this.database.sql(
      `with delivery as (
         insert into deliveries (practice_id, id, template, user_id, reset_id, credential_id, recipient,
           locale, time_zone, facts, deadline_at)
         values (current_practice(), $1, $2, $3, $4, $5, $6, $7, $8, $9, app_now() + make_interval(hours => $10))
       ) insert into outbox (practice_id, delivery_id, job) values (current_practice(), $1, $11)`,
      [
        id,
        kind,
        to.userId,
        to.resetId ?? null,
        to.credentialId ?? null,
        to.email,
        to.locale,
        timeZone,
        JSON.stringify(facts),
        deadlineHoursOf(kind),
        jobNameOf(kind),
      ],
    );
    return id;
  }
}
