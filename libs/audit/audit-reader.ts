import { Inject, Injectable } from '@nestjs/common';
import type { AuditEventView, ListAuditEvents } from '#contract';
import { Database } from '#database';
import { AuditTrail } from './audit-trail.js';
import { reveal } from './personal.js';

interface Row {
  seq: string;
  body: string;
  shown: Record<string, string> | null;
}

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
    const rows = await this.database.sql<Row>(
      `select seq, body, (select jsonb_object_agg(p.pointer, p.value) from audit_personal p
           where p.practice_id = current_practice() and p.seq = e.seq) as shown
       from audit_events e
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
    return rows.map(viewOf);
  }

  /** What the trail says of these targets, oldest first. */
  async about(targetIds: readonly string[]): Promise<AuditEventView[]> {
    const rows = await this.database.sql<Row>(
      `select seq, body, null as shown from audit_events
       where practice_id = current_practice() and target_id = any($1::text[]) order by seq limit 1000`,
      [targetIds],
    );
    return rows.map(viewOf);
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

const viewOf = ({ seq, body, shown }: Row): AuditEventView =>
  ({ ...reveal(JSON.parse(body), shown ?? {}), seq: Number(seq) }) as unknown as AuditEventView;
