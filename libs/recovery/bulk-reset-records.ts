import { Inject, Injectable } from '@nestjs/common';
import type {
  BulkResetFilter,
  BulkResetOutcome,
  BulkResetRowView,
  BulkResetView,
  UserReach,
} from '#contract';
import { Database } from '#database';
import type { Actor } from '#runtime';

/** A bulk reset as it is stored. */
export interface StoredBulkReset {
  id: string;
  state: BulkResetView['state'];
  filter: BulkResetFilter;
  /** Without the address: that stands in the event of the start, and goes with it. */
  actor: Actor & { id: string };
  total: number;
  requested: number;
  skipped: number;
  failed: number;
  reason: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}

/** Somebody whose turn it is. */
export interface PendingRow {
  position: number;
  userId: string;
}

/** What became of somebody’s turn. */
export interface SettledTurn {
  position: number;
  outcome: 'requested' | 'skipped' | 'failed';
  reason: string | null;
}

interface Row extends Omit<StoredBulkReset, 'actor'> {
  requestedByType: Actor['type'];
  requestedById: string;
  requestId: string | null;
}

const STORED = `
  select id, state, filter, requested_by_type as "requestedByType", requested_by_id as "requestedById",
    request_id as "requestId", total, requested, skipped, failed, reason, created_at as "createdAt",
    finished_at as "finishedAt"
  from bulk_resets where practice_id = current_practice()`;
const ROW = `${STORED} and id = $1`;
const LIST = `${STORED} and ($1::uuid is null or id < $1) and ($2::text is null or requested_by_id = $2)
  order by id desc limit $3`;
const HELD = `${ROW} for update`;

const ROWS = `
  select r.position, r.user_id as "userId", r.outcome, r.reason,
    case when u.erased_at is null then u.username else 'erased' end as username
  from bulk_reset_rows r join users u on u.practice_id = r.practice_id and u.id = r.user_id
  where r.practice_id = current_practice() and r.bulk_reset_id = $1 and r.position > $2
    and ($3::text is null or r.outcome = $3)
    and ($5::jsonb is null or r.user_id in (select id from users_in_reach($5)))
  order by r.position limit $4`;

/** Bulk resets and the turns of those whom they are for, as they are stored. */
@Injectable()
export class BulkResetRecords {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** False while another of the practice is under way. */
  async create(
    id: string,
    { type, id: actorId, requestId }: Actor,
    filter: BulkResetFilter,
  ): Promise<boolean> {
    const created = await this.database.sql(
      `insert into bulk_resets (practice_id, id, filter, requested_by_type, requested_by_id, request_id)
       values (current_practice(), $1, $2, $3, $4, $5)
       on conflict (practice_id) where state in ('running', 'paused') do nothing returning 1`,
      [id, JSON.stringify(filter), type, actorId, requestId],
    );
    return created.length > 0;
  }

  async setTotal(id: string, total: number): Promise<void> {
    await this.database.sql(
      'update bulk_resets set total = $2 where practice_id = current_practice() and id = $1',
      [id, total],
    );
  }

  /** Newest first, one more than `limit` when there is more; of one requester, or of all. */
  async list(
    { before, limit }: { before: string | null; limit: number },
    requestedBy: string | null,
  ): Promise<StoredBulkReset[]> {
    const rows = await this.database.sql<Row>(LIST, [before, requestedBy, limit + 1]);
    return rows.map(toStored);
  }

  async find(id: string): Promise<StoredBulkReset | null> {
    const [row] = await this.database.sql<Row>(ROW, [id]);
    return row ? toStored(row) : null;
  }

  /** No step is taken, and nobody else changes its state, until this transaction has ended. */
  async hold(id: string): Promise<StoredBulkReset | null> {
    const [row] = await this.database.sql<Row>(HELD, [id]);
    return row ? toStored(row) : null;
  }

  /** By position, one more than `limit` when there is more; without users out of the reach. */
  rows(
    id: string,
    page: { after: number; limit: number; outcome: BulkResetOutcome | null },
    reach: UserReach[] | null,
  ): Promise<(BulkResetRowView & { position: number })[]> {
    return this.database.sql<BulkResetRowView & { position: number }>(ROWS, [
      id,
      page.after,
      page.outcome,
      page.limit + 1,
      reach && JSON.stringify(reach),
    ]);
  }

  pending(id: string, most: number): Promise<PendingRow[]> {
    return this.database.sql<PendingRow>(
      `select position, user_id as "userId" from bulk_reset_rows
       where practice_id = current_practice() and bulk_reset_id = $1 and outcome = 'pending'
       order by position limit $2`,
      [id, most],
    );
  }

  /** The practice's next turns come no sooner, whichever bulk reset they are of. Returns how many are left. */
  async settle(id: string, turns: readonly SettledTurn[], nextInSeconds: number): Promise<number> {
    const [row] = await this.database.sql<{ left: number }>(
      `with settled as (
         update bulk_reset_rows r set outcome = s.outcome, reason = s.reason
         from unnest($2::int[], $3::text[], $4::text[]) as s (position, outcome, reason)
         where r.practice_id = current_practice() and r.bulk_reset_id = $1 and r.position = s.position
           and r.outcome = 'pending' returning r.outcome
       ) update bulk_resets set
           requested = requested + (select count(*) from settled where outcome = 'requested'),
           skipped = skipped + (select count(*) from settled where outcome = 'skipped'),
           failed = failed + (select count(*) from settled where outcome = 'failed'),
           next_at = app_now() + make_interval(secs => $5)
         where practice_id = current_practice() and id = $1
         returning total - requested - skipped - failed as left`,
      [
        id,
        turns.map(({ position }) => position),
        turns.map(({ outcome }) => outcome),
        turns.map(({ reason }) => reason),
        nextInSeconds,
      ],
    );
    return row?.left ?? 0;
  }

  /** When the practice's next turns may come: also after one that was cancelled, or has ended, a moment ago. */
  async nextTurnsAt(): Promise<Date | null> {
    const [row] = await this.database.sql<{ at: Date | null }>(
      'select max(next_at) as at from bulk_resets where practice_id = current_practice()',
    );
    return row?.at ?? null;
  }

  async move(id: string, state: BulkResetView['state'], reason: string | null = null): Promise<void> {
    await this.database.sql(
      `update bulk_resets set state = $2, reason = $3,
         finished_at = case when $2 in ('cancelled', 'completed') then app_now() end
       where practice_id = current_practice() and id = $1`,
      [id, state, reason],
    );
    if (state !== 'cancelled') return;
    await this.database.sql(
      `update bulk_reset_rows set outcome = 'cancelled'
       where practice_id = current_practice() and bulk_reset_id = $1 and outcome = 'pending'`,
      [id],
    );
  }
}

const toStored = ({ requestedByType, requestedById, requestId, ...rest }: Row): StoredBulkReset => ({
  ...rest,
  actor: { type: requestedByType, id: requestedById, sourceAddress: null, requestId },
});
