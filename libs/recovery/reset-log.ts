import { Inject, Injectable } from '@nestjs/common';
import { AuditReader } from '#audit';
import type { ListResets, ResetDetailView, ResetView, UserReach } from '#contract';
import { Database } from '#database';
import { Deliveries } from '#delivery';
import { Problem, SYSTEM } from '#runtime';
import { Resets } from './resets.js';

interface Row {
  id: string;
  user_id: string;
  username: string;
  channel: ResetView['channel'];
  state: ResetView['state'];
  refused_for: ResetView['refusedFor'];
  requested_by_type: string;
  requested_by_id: string | null;
  requested_at: Date;
  sent_at: Date | null;
  used_at: Date | null;
  completed_at: Date | null;
  expires_at: Date | null;
  delivery_ids: string[];
}

const VIEW = `
  select r.id, r.user_id, r.channel,
    case when u.erased_at is null then u.username else 'erased' end as username, r.state, r.refused_for,
    r.requested_by_type, r.requested_by_id,
    r.requested_at, r.sent_at, r.used_at, r.completed_at, r.expires_at,
    array(select d.id from deliveries d where d.practice_id = r.practice_id and d.reset_id = r.id
      order by d.created_at) as delivery_ids
  from password_resets r join users u on u.practice_id = r.practice_id and u.id = r.user_id
  where r.practice_id = current_practice()`;
/** Two statements: whoever is not limited pays nothing for it. Each takes the reach as $1, and only its own kind. */
const EVERYBODY = `${VIEW} and $1::jsonb is null`;
const WITHIN = `${VIEW} and exists (select from users_in_reach($1) near where near.id = r.user_id)`;

/** What is rare has an index of its own, which a statement only uses that says so in its text. */
const rarely = ({ state, channel }: ListResets): string =>
  `${(state && RARE_STATES[state]) ?? ''}${(channel && RARE_CHANNELS[channel]) ?? ''}`;
const RARE_STATES: Partial<Record<ResetView['state'], string>> = {
  refused: " and r.state = 'refused'",
  failed: " and r.state = 'failed'",
  cancelled: " and r.state = 'cancelled'",
  expired: " and r.state = 'expired'",
  superseded: " and r.state = 'superseded'",
};
const RARE_CHANNELS: Partial<Record<ResetView['channel'], string>> = {
  bulk: " and r.channel = 'bulk'",
  support: " and r.channel = 'support'",
};

/** The log of resets that auditors read. */
@Injectable()
export class ResetLog {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(AuditReader) private readonly audit: AuditReader,
    @Inject(Resets) private readonly resets: Resets,
  ) {}

  /** Newest first, one more than `limit` when there is more; `before` is the last id already shown. */
  async list(query: ListResets, before: string | null, reach: UserReach[] | null): Promise<ResetView[]> {
    await this.expireOverdue();
    const rows = await this.database.sql<Row>(
      `${reach ? WITHIN : EVERYBODY} and ($2::uuid is null or r.id < $2) and ($3::text is null or r.state = $3)
         and ($4::uuid is null or r.user_id = $4) and ($5::text is null or r.channel = $5)
         and ($6::timestamptz is null or r.requested_at >= $6)
         and ($7::timestamptz is null or date_trunc('milliseconds', r.requested_at) <= $7)${rarely(query)}
       order by r.id desc limit $8`,
      [
        reach && JSON.stringify(reach),
        before,
        query.state ?? null,
        query.userId ?? null,
        query.channel ?? null,
        query.from ?? null,
        query.to ?? null,
        query.limit + 1,
      ],
    );
    return rows.map(toView);
  }

  /** @throws Problem `not_found`, also for a reset of somebody whom the reach leaves out */
  async get(id: string, reach: UserReach[] | null): Promise<ResetView> {
    const [row] = await this.database.sql<Row>(`${reach ? WITHIN : EVERYBODY} and r.id = $2`, [
      reach && JSON.stringify(reach),
      id,
    ]);
    if (!row) throw Problem.of('not_found');
    return toView(row);
  }

  /** With everything that happened to it and to its mails, oldest first. @throws Problem `not_found` */
  async detail(id: string, reach: UserReach[] | null): Promise<ResetDetailView> {
    await this.expireOverdue();
    const reset = await this.get(id, reach);
    const told = await this.audit.about([id]);
    const events = told.map(({ at, action, actor, changes }) => ({
      at,
      event: action,
      actor,
      detail: typeof changes['reason'] === 'string' ? changes['reason'] : null,
    }));
    const attempts = await this.#attempts(reset.deliveryIds);
    return {
      ...reset,
      sourceAddress: told[0]?.sourceAddress ?? null,
      requestId: told[0]?.requestId ?? null,
      timeline: [...events, ...attempts].sort((a, b) => a.at.localeCompare(b.at)),
    };
  }

  /**
   * Writes down what time alone has done: temporary passwords that ran out and restricted sessions that
   * were abandoned. Also called by the worker, so that it happens when nobody looks.
   */
  async expireOverdue(): Promise<void> {
    const overdue = await this.database.sql<{ credential_id: string; state: 'sent' | 'used' }>(
      `select credential_id, state from password_resets where practice_id = current_practice()
         and state in ('sent', 'used') and expires_at < app_now() for update skip locked`,
    );
    for (const { credential_id, state } of overdue) {
      await this.database.sql(
        `update credentials set state = 'expired'
         where practice_id = current_practice() and id = $1 and state = 'live'`,
        [credential_id],
      );
      await this.resets.move(SYSTEM, [credential_id], [state], 'expired');
    }
  }

  async #attempts(deliveryIds: readonly string[]): Promise<ResetDetailView['timeline']> {
    const deliveries = await Promise.all(deliveryIds.map((id) => this.deliveries.find(id, null)));
    return deliveries.flatMap((delivery) =>
      (delivery?.attempts ?? []).map(({ at, outcome, reply }) => ({
        at,
        event: `delivery.${outcome}`,
        actor: { type: SYSTEM.type, id: null },
        detail: reply,
      })),
    );
  }
}

function toView(row: Row): ResetView {
  return {
    id: row.id,
    userId: row.user_id,
    username: row.username,
    channel: row.channel,
    state: row.state,
    refusedFor: row.refused_for,
    requestedBy: { type: row.requested_by_type, id: row.requested_by_id },
    requestedAt: row.requested_at.toISOString(),
    sentAt: row.sent_at?.toISOString() ?? null,
    usedAt: row.used_at?.toISOString() ?? null,
    completedAt: row.completed_at?.toISOString() ?? null,
    expiresAt: row.expires_at?.toISOString() ?? null,
    deliveryIds: row.delivery_ids,
  };
}
