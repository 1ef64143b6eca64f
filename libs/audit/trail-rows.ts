import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { GENESIS, type Link } from './chain.js';
import { type TrailFilter, trailQuery } from './trail-filter.js';

const BATCH = 2_000;

const COLUMNS = `e.seq, e.body, e.hash,
  (select c.note from audit_checkpoints c
    where c.practice_id = current_practice() and c.size = e.seq) as note,
  (select json_object_agg(p.pointer, json_build_object('salt', encode(p.salt, 'base64'), 'value', p.shown))
    from audit_personal p
    where p.practice_id = current_practice() and p.seq = e.seq and p.at = e.at) as personal`;

/** An event as stored, and the checkpoint that was signed right after it. */
export interface TrailRow extends Link {
  note: string | null;
  /** What opens its commitments, unless erased. */
  personal: Record<string, { salt: string; value: string }> | null;
}

export interface TrailEnd {
  /** By the head that appending goes on from. */
  seq: number;
  hash: Buffer;
  /** Number of the last event; more than `seq` when somebody has put one in. */
  last: number;
  /** The newest checkpoint if it signs more than `seq`: somebody has cut the trail then. */
  beyond: string | null;
}

/** The stored trail of the running unit's practice, a piece at a time. */
@Injectable()
export class TrailRows {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Some of the events after one, up to another; none when there are no more. */
  async batch(after: number, upTo: number, filter: TrailFilter = {}): Promise<TrailRow[]> {
    const { text, values } = trailQuery({
      columns: COLUMNS,
      filter,
      within: (bind) => ` and e.seq > ${bind(after)} and e.seq <= ${bind(upTo)}`,
      order: 'e.seq',
      limit: BATCH,
    });
    const rows = await this.database.sql<Omit<TrailRow, 'seq'> & { seq: string }>(text, values);
    return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
  }

  /** Where the trail ends. It may be growing: what must not be ahead of the head is read before it. */
  async end(): Promise<TrailEnd> {
    const [found] = await this.database.sql<{ last: string; size: string; note: string | null }>(
      `select coalesce((select max(seq) from audit_events where practice_id = current_practice()), 0) as last,
         coalesce(size, 0) as size, note
       from (select 1) as one left join (select size, note from audit_checkpoints
         where practice_id = current_practice() order by size desc limit 1) newest on true`,
    );
    const [head] = await this.database.sql<{ seq: string; hash: Buffer }>(
      'select seq, hash from audit_heads where practice_id = current_practice()',
    );
    const seq = Number(head?.seq ?? 0);
    return {
      seq,
      hash: head?.hash ?? GENESIS,
      last: Math.max(seq, Number(found?.last)),
      beyond: Number(found?.size) > seq ? (found?.note ?? null) : null,
    };
  }
}
