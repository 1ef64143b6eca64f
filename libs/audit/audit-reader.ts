import { Inject, Injectable } from '@nestjs/common';
import type { AuditEventView, ListAuditEvents } from '#contract';
import { Database } from '#database';
import { AuditTrail } from './audit-trail.js';
import { eventView } from './personal.js';
import { conditionsOf } from './trail-filter.js';

interface Row {
  seq: string;
  body: string;
  shown: Record<string, string> | null;
}

const SHOWN = `
  select e.seq, e.body, (select jsonb_object_agg(p.pointer, p.shown) from audit_personal p
    where p.practice_id = current_practice() and p.seq = e.seq) as shown
  from audit_events e where e.practice_id = current_practice()`;

/** Reads the trail of the practice whose unit of work is running; refusals are sealed in first. */
@Injectable()
export class AuditReader {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /**
   * Newest first, `before` the sequence number that ended the last page. `around` one event, a page begins half
   * a page after it.
   */
  async list(query: ListAuditEvents, before: number | null): Promise<AuditEventView[]> {
    await this.trail.seal();
    const values: unknown[] = [];
    const conditions = conditionsOf(query, values);
    const { around, limit } = query;
    const middle = around === undefined ? undefined : around + Math.floor(limit / 2);
    const newest = before === null ? middle : before - 1;
    const upTo = newest === undefined ? '' : ` and e.seq <= $${values.push(newest)}`;
    const page = ` order by e.seq desc limit $${values.push(limit + 1)}`;
    const rows = await this.database.sql<Row>([SHOWN, conditions, upTo, page].join(''), values);
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

const viewOf = ({ seq, body, shown }: Row): AuditEventView => eventView(Number(seq), body, shown ?? {});
