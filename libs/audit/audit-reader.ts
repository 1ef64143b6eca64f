import { Inject, Injectable } from '@nestjs/common';
import type { AuditEventView, ListAuditEvents } from '#contract';
import { Database } from '#database';
import { AuditTrail } from './audit-trail.js';

/** Reads the trail of the practice whose unit of work is running; refusals are sealed in first. */
@Injectable()
export class AuditReader {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** Newest first, `before` the sequence number that ended the last page. */
  async list(query: ListAuditEvents, before: number | null): Promise<AuditEventView[]> {
    await this.trail.seal();
    const rows = await this.database.sql<{ seq: string; body: string }>(
      `select seq, body from audit_events
       where practice_id = current_practice()
         and ($1::bigint is null or seq < $1) and ($2::text is null or actor_id = $2)
         and ($3::text is null or action = $3) and ($4::text is null or target_id = $4)
         and ($5::text is null or outcome = $5)
         and ($6::timestamptz is null or at >= $6) and ($7::timestamptz is null or at <= $7)
       order by seq desc limit $8`,
      [
        before,
        query.actorId ?? null,
        query.action ?? null,
        query.targetId ?? null,
        query.outcome ?? null,
        query.from ?? null,
        query.to ?? null,
        query.limit + 1,
      ],
    );
    return rows.map(({ seq, body }) => ({ ...(JSON.parse(body) as AuditEventView), seq: Number(seq) }));
  }

  /** What the trail says of these targets, oldest first. */
  async about(targetIds: readonly string[]): Promise<AuditEventView[]> {
    const rows = await this.database.sql<{ seq: string; body: string }>(
      `select seq, body from audit_events
       where practice_id = current_practice() and target_id = any($1::text[]) order by seq limit 1000`,
      [targetIds],
    );
    return rows.map(({ seq, body }) => ({ ...(JSON.parse(body) as AuditEventView), seq: Number(seq) }));
  }

  /** Whether a detail of a user was changed within the last `days`: the trail forgets nothing and nobody. */
  async changedLately(userId: string, field: string, days: number): Promise<boolean> {
    const rows = await this.database.sql(
      `select 1 from audit_events
       where practice_id = current_practice() and target_id = $1 and action = 'user.updated'
         and at > app_now() - make_interval(days => $3) and body::jsonb #> '{changes,fields}' ? $2 limit 1`,
      [userId, field, days],
    );
    return rows.length > 0;
  }
}
