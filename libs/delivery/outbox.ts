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

/** A message of one kind to one person. */
interface Letter<K extends MessageKind> {
  recipient: Recipient;
  facts: OwnFacts<K>;
}

interface Checked {
  id: string;
  recipient: Recipient;
  facts: object;
}

/** What letters that are posted together have in common. */
interface Posting {
  kind: MessageKind;
  timeZone: string;
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
    const [id] = await this.postAll(kind, [{ recipient, facts }], trial);
    if (!id) throw new Error('A message must be stored');
    return id;
  }

  /** Posts many of a kind at once, and returns their delivery ids in the same order. */
  async postAll<K extends MessageKind>(
    kind: K,
    letters: readonly Letter<K>[],
    trial: Trial | null = null,
  ): Promise<string[]> {
    const [practice] = await this.database.sql<{ name: string; time_zone: string; administrators: string[] }>(
      `select p.name, p.time_zone, array(
         select u.display_name from user_roles r join users u on u.practice_id = r.practice_id and u.id = r.user_id
         where r.practice_id = current_practice() and r.role_key = 'administrator' and u.status = 'active'
         order by u.display_name limit 5) as administrators
       from practices p where p.practice_id = current_practice()`,
    );
    if (!practice) throw new Error('There is no such practice to write for');
    const checked = letters.map(({ recipient, facts }) => ({
      id: newId(),
      recipient,
      facts: checkFacts(kind, {
        practiceName: practice.name,
        displayName: recipient.displayName,
        consoleUrl: this.config.publicUrl,
        supportContact: this.config.supportContact,
        administrators: practice.administrators.filter((name) => name !== recipient.displayName),
        ...facts,
      }),
    }));
    await this.#insert({ kind, timeZone: practice.time_zone, trial }, checked);
    return checked.map(({ id }) => id);
  }

  /**
   * Waits for whoever is working on a mail with this user's credential, and keeps others from beginning. Before
   * the credential is touched: a worker locks outbox, delivery, credential and reset in this order.
   */
  async holdCredentialMails(userId: string): Promise<void> {
    await this.database.sql(
      `select 1 from outbox o join deliveries d on d.practice_id = o.practice_id and d.id = o.delivery_id
       where d.practice_id = current_practice() and d.user_id = $1 and d.credential_id is not null
         and d.finished_at is null order by o.delivery_id for update of o`,
      [userId],
    );
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

  async #insert({ kind, timeZone, trial }: Posting, letters: readonly Checked[]): Promise<void> {
    const column = <T>(value: (letter: Checked) => T) => letters.map(value);
    await this.database.sql(
      `with letter as (
         select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[])
           as l (id, user_id, reset_id, credential_id, recipient, locale, facts)
       ), delivery as (
         insert into deliveries (practice_id, id, template, user_id, reset_id, credential_id, recipient,
           locale, time_zone, facts, trial, deadline_at)
         select current_practice(), id, $8, user_id, reset_id, credential_id, recipient, locale, $9, facts::jsonb,
           $10::jsonb, app_now() + make_interval(hours => $11) from letter
       ) insert into outbox (practice_id, delivery_id, job) select current_practice(), id, $12 from letter`,
      [
        column(({ id }) => id),
        column(({ recipient }) => recipient.userId),
        column(({ recipient }) => recipient.resetId ?? null),
        column(({ recipient }) => recipient.credentialId ?? null),
        column(({ recipient }) => recipient.email),
        column(({ recipient }) => recipient.locale),
        column(({ facts }) => JSON.stringify(facts)),
        kind,
        timeZone,
        trial && JSON.stringify(trial),
        deadlineHoursOf(kind),
        jobNameOf(kind),
      ],
    );
  }
}
