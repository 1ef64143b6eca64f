import { Inject, Injectable } from '@nestjs/common';
import type { DeliveryView, ListDeliveries, UserReach } from '#contract';
import { Database } from '#database';
import { Config, newId } from '#runtime';
import type { MessageKind } from '#wording';
import { jobNameOf } from './delivery-job.js';

interface Row {
  id: string;
  template: string;
  user_id: string | null;
  state: DeliveryView['state'];
  created_at: Date;
  due_at: Date | null;
  attempts: { at: string; outcome: string; reply: string | null }[];
}

const PER_HOUR = 3;
const PER_DAY = 6;
/** An hour, to one address of several users: a front desk that shares a mailbox. */
const PER_SHARED_MAILBOX = 20;

const VIEW = `
  select d.id, d.template, d.user_id, d.state, d.created_at,
    case when d.state in ('queued', 'deferred') then o.due_at end as due_at,
    coalesce((select json_agg(json_build_object('at', a.at, 'outcome', a.outcome, 'reply', a.reply) order by a.number)
      from delivery_attempts a where a.practice_id = d.practice_id and a.delivery_id = d.id), '[]') as attempts
  from deliveries d
  left join outbox o on o.practice_id = d.practice_id and o.delivery_id = d.id
  where d.practice_id = current_practice()`;
/** Two statements: whoever is not limited pays nothing for it. Each takes the reach as $1, and only its own kind. */
const EVERYBODY = `${VIEW} and $1::jsonb is null`;
const WITHIN = `${VIEW} and exists (select from users_in_reach($1) near where near.id = d.user_id)`;
/**
 * Where deliveries of a state stand besides: few are looked at where otherwise the practice's would be, all of them.
 * No index of theirs names the state, or none could change it in place.
 */
const UNENDED = ' and o.delivery_id is not null';
const REFUSED = ` and d.id = any(array(select a.delivery_id from delivery_attempts a
  where a.practice_id = current_practice() and a.outcome in ('refused', 'bounced')))`;
const ALSO: Partial<Record<DeliveryView['state'], string>> = {
  queued: UNENDED,
  sending: UNENDED,
  deferred: UNENDED,
  failed: REFUSED,
  bounced: REFUSED,
};

/** What became of the practice's messages. */
@Injectable()
export class Deliveries {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** Newest first, one more than `limit` when there is more; `before` is the last id already shown. */
  async list(
    query: ListDeliveries,
    before: string | null,
    reach: UserReach[] | null,
  ): Promise<DeliveryView[]> {
    const rows = await this.database.sql<Row>(
      `${reach ? WITHIN : EVERYBODY} and ($2::uuid is null or d.id < $2) and ($3::text is null or d.state = $3)
         and ($4::uuid is null or d.user_id = $4)${(query.state && ALSO[query.state]) ?? ''} order by d.id desc limit $5`,
      [reach && JSON.stringify(reach), before, query.state ?? null, query.userId ?? null, query.limit + 1],
    );
    return rows.map(toView);
  }

  /** Null also for a mail to somebody whom the reach leaves out; `null` for a reach leaves out nobody. */
  async find(id: string, reach: UserReach[] | null): Promise<DeliveryView | null> {
    const [row] = await this.database.sql<Row>(`${reach ? WITHIN : EVERYBODY} and d.id = $2`, [
      reach && JSON.stringify(reach),
      id,
    ]);
    return row ? toView(row) : null;
  }

  /**
   * Sends the same mail again: an unfinished delivery is tried now, an accepted one is posted anew with
   * the same credential, whose life does not change. Null when it has ended for good, and when the
   * address it went to is no longer the user's.
   */
  async again({ id, template }: Pick<DeliveryView, 'id' | 'template'>): Promise<string | null> {
    if ((await this.hasten([id])).length > 0) return id;
    const [repeated] = await this.database.sql<{ id: string }>(
      `with original as (
         select d.* from deliveries d
         left join credentials c on c.practice_id = d.practice_id and c.id = d.credential_id
         where d.practice_id = current_practice() and d.id = $1 and d.state = 'accepted' and d.recipient <> '' and d.trial is null
           and (d.credential_id is null or (c.state = 'live' and c.expires_at > app_now()))
           and (d.template = 'email-changed' or exists (select from users u where u.practice_id = d.practice_id
             and u.id = d.user_id and u.email = d.recipient and u.status <> 'deactivated'))
       ), delivery as (
         insert into deliveries (practice_id, id, template, user_id, reset_id, credential_id, recipient, locale,
           time_zone, facts, deadline_at)
         select practice_id, $2, template, user_id, reset_id, credential_id, recipient, locale,
           time_zone, facts, app_now() + (deadline_at - created_at) from original returning practice_id, id, template
       ), posted as (
         insert into outbox (practice_id, delivery_id, job)
         select practice_id, id, $3 from delivery
       ) select id from delivery`,
      [id, newId(), jobNameOf(template as MessageKind)],
    );
    return repeated?.id ?? null;
  }

  /**
   * Has unfinished deliveries tried now; returns those that had not ended, and whose they are. Locked in the order of
   * decision 0036.
   */
  async hasten(ids: readonly string[]): Promise<{ id: string; userId: string | null }[]> {
    return this.database.sql(
      `with pending as (
         select practice_id, delivery_id from outbox
         where practice_id = current_practice() and delivery_id = any($1) order by delivery_id for update
       ) update outbox o set due_at = app_now(), claimed_until = null, claimed_by = null
         from pending p join deliveries d on d.practice_id = p.practice_id and d.id = p.delivery_id
         where o.practice_id = p.practice_id and o.delivery_id = p.delivery_id
         returning o.delivery_id as id, d.user_id as "userId"`,
      [ids],
    );
  }

  /**
   * Seconds until one more mail with a credential may go to this user; 0 when one may go now. What
   * strangers can cause by asking does not use up the administrators' share (promise 4). A mailbox that
   * several users have takes more than each of them, and yet not as much as all: it is nobody's target.
   */
  async mailboxFullForSeconds(userId: string, causedBy: 'stranger' | 'administrator'): Promise<number> {
    const factor = this.config.values.RATE_LIMIT_FACTOR;
    const [row] = await this.database.sql<{ wait: number }>(
      `with recent as (
         select created_at, row_number() over (order by id desc) as nth from deliveries
         where practice_id = current_practice() and user_id = $1 and credential_id is not null
           and state <> 'cancelled' and created_at > app_now() - interval '1 day'
           and ($4 or not exists (select from password_resets r where r.practice_id = current_practice()
             and r.id = deliveries.reset_id and r.channel = 'self_service'))
         order by id desc limit $3
       ), shared as (
         select d.created_at from users u
         join users other on other.practice_id = u.practice_id and other.mailbox = u.mailbox
         join deliveries d on d.practice_id = other.practice_id and d.user_id = other.id
         where u.practice_id = current_practice() and u.id = $1 and d.credential_id is not null
           and d.state <> 'cancelled' and d.created_at > app_now() - interval '1 hour'
         order by d.created_at desc offset $5 limit 1
       ), ends as (
         select created_at + case when nth >= $3 then interval '1 day' else interval '1 hour' end as at
         from recent where nth = $2 or nth = $3
         union all select created_at + interval '1 hour' from shared
       ) select coalesce(max(extract(epoch from at - app_now())), 0)::float8 as wait from ends`,
      [
        userId,
        Math.ceil(PER_HOUR * factor),
        Math.ceil(PER_DAY * factor),
        causedBy === 'stranger',
        Math.ceil(PER_SHARED_MAILBOX * factor) - 1,
      ],
    );
    return Math.max(0, row?.wait ?? 0);
  }

  /** How many more mails with a credential may go to each of these mailboxes (addresses in lower case) within the hour. */
  async roomIn(mailboxes: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.database.sql<{ mailbox: string; sent: number }>(
      `select u.mailbox, count(*)::int as sent from users u
       join deliveries d on d.practice_id = u.practice_id and d.user_id = u.id
       where u.practice_id = current_practice() and u.mailbox = any($1::text[]) and d.credential_id is not null
         and d.state <> 'cancelled' and d.created_at > app_now() - interval '1 hour'
       group by u.mailbox`,
      [mailboxes],
    );
    const sent = new Map(rows.map((row) => [row.mailbox, row.sent]));
    const most = Math.ceil(PER_SHARED_MAILBOX * this.config.values.RATE_LIMIT_FACTOR);
    return new Map(mailboxes.map((mailbox) => [mailbox, Math.max(0, most - (sent.get(mailbox) ?? 0))]));
  }

  /** Seconds until this mail may be repeated: the same kind goes to the same person so often an hour only. */
  async repeatedEnoughForSeconds({ userId, template }: DeliveryView): Promise<number> {
    const [row] = await this.database.sql<{ wait: number }>(
      `select extract(epoch from created_at + interval '1 hour' - app_now())::float8 as wait from deliveries
       where practice_id = current_practice() and user_id = $1 and template = $2
         and created_at > app_now() - interval '1 hour'
       order by id desc offset $3 limit 1`,
      [userId, template, Math.ceil(PER_HOUR * this.config.values.RATE_LIMIT_FACTOR) - 1],
    );
    return row?.wait ?? 0;
  }
}

function toView(row: Row): DeliveryView {
  return {
    id: row.id,
    template: row.template,
    userId: row.user_id,
    state: row.state,
    attempts: row.attempts.map((attempt) => ({ ...attempt, at: new Date(attempt.at).toISOString() })),
    nextAttemptAt: row.due_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}
