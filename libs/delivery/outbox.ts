import { Inject, Injectable } from '@nestjs/common';
import type { Locale } from '#contract';
import { Database } from '#database';
import { Config, newId } from '#runtime';
import { checkFacts, type MailParts, type MessageFacts, type MessageKind } from '#wording';
import { deadlineHoursOf, jobNameOf } from './delivery-job.js';

/** Who receives a message, and what it belongs to. */
export interface Recipient {
  userId: string;
  displayName: string;
  email: string;
  locale: Locale;
  resetId?: string;
  credentialId?: string;
}

/** What every mail says of its practice; filled in here, so that no caller has to. */
type Letterhead = 'practiceName' | 'displayName' | 'consoleUrl' | 'supportContact' | 'administrators';
export type OwnFacts<K extends MessageKind> = Omit<MessageFacts<K>, Letterhead>;

/** What makes a mail a trial: the wording that is tried, or none for the one in force. */
export interface Trial {
  wording: MailParts | null;
}

interface Letter {
  kind: MessageKind;
  to: Recipient;
  timeZone: string;
  facts: object;
  trial: Trial | null;
}

/** Accepts messages inside the transaction that causes them: both commit, or neither does. */
@Injectable()
export class Outbox {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** Posts one message and returns its delivery id. No secret is stored: it is derived when sent. */
  async post<K extends MessageKind>(
    kind: K,
    recipient: Recipient,
    facts: OwnFacts<K>,
    trial: Trial | null = null,
  ): Promise<string> {
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
    return this.#insert({ kind, to: recipient, timeZone: practice.time_zone, facts: checked, trial });
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

  async #insert({ kind, to, timeZone, facts, trial }: Letter): Promise<string> {
    const id = newId();
    await this.database.sql(
      `with delivery as (
         insert into deliveries (practice_id, id, template, user_id, reset_id, credential_id, recipient,
           locale, time_zone, facts, trial, deadline_at)
         values (current_practice(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, app_now() + make_interval(hours => $11))
       ) insert into outbox (practice_id, delivery_id, job) values (current_practice(), $1, $12)`,
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
        trial && JSON.stringify(trial),
        deadlineHoursOf(kind),
        jobNameOf(kind),
      ],
    );
    return id;
  }
}
