import { Inject, Injectable } from '@nestjs/common';
import type { AuditEventView, ListAuditEvents } from '#contract';
import { Database } from '#database';
import { AuditTrail } from './audit-trail.js';
import { eventView } from './personal.js';
import { trailQuery } from './trail-filter.js';

interface Row {
  seq: string;
  body: string;
  shown: Record<string, string> | null;
}

/** Where a page ended, so that the next one goes on there. */
export interface TrailPosition {
  seq: number;
  at: string;
}

const SHOWN = `e.seq, e.at, e.body, (select jsonb_object_agg(p.pointer, p.shown) from audit_personal p
  where p.practice_id = current_practice() and p.seq = e.seq and p.at = e.at) as shown`;

/** Reads the trail of the practice whose unit of work is running; refusals are sealed in first. */
@Injectable()
export class AuditReader {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /**
   * Newest first, from where the last page ended. `around` one event, a page begins half a page after it.
   * Between two times the order is that of time, in which the events stand next to each other: in the order
   * of the chain, whose events may be a little older than the one before, the end would have to be searched.
   * Those of one person or address are few within a month, and stay in the order of the chain.
   */
  async list(query: ListAuditEvents, ended: TrailPosition | null): Promise<AuditEventView[]> {
    await this.trail.seal();
    const { around, limit } = query;
    const byTime = around === undefined && isSpan(query);
    const middle = around === undefined ? undefined : around + Math.floor(limit / 2);
    const { text, values } = trailQuery({
      columns: SHOWN,
      filter: query,
      within: (bind) => {
        if (ended === null) return middle === undefined ? '' : ` and e.seq <= ${bind(middle)}`;
        if (!byTime) return ` and e.seq < ${bind(ended.seq)}`;
        const at = bind(ended.at);
        // Said twice: only the plain comparison leaves out the months after it.
        return ` and e.at <= ${at} and (e.at, e.seq) < (${at}, ${bind(ended.seq)})`;
      },
      order: byTime ? 'e.at desc, e.seq desc' : 'e.seq desc',
      limit: limit + 1,
    });
    return (await this.database.sql<Row>(text, values)).map(viewOf);
  }

  async find(id: string): Promise<AuditEventView | null> {
    const [event] = await this.list({ id, limit: 1 }, null);
    return event ?? null;
  }

  /** What the trail says of these targets, oldest first. */
  async about(targetIds: readonly string[]): Promise<AuditEventView[]> {
    const rows = await this.database.sql<Row>(
      `select ${SHOWN} from audit_events e
       where e.practice_id = current_practice() and e.target_id = any($1::text[]) order by e.seq limit 1000`,
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

/** Between times, and not narrowed to what is few anyway. */
const isSpan = ({ from, to, ...query }: ListAuditEvents): boolean =>
  (from ?? to) !== undefined &&
  [query.id, query.requestId, query.actorId, query.targetId, query.personId, query.sourceAddress].every(
    (narrow) => narrow === undefined,
  );

const viewOf = ({ seq, body, shown }: Row): AuditEventView => eventView(Number(seq), body, shown ?? {});
