import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { GENESIS, type Link } from './chain.js';
import { inPieces } from './pieces.js';
import { BEGINNING, type TrailBase } from './trail-base.js';
import { type TrailFilter, trailQuery } from './trail-filter.js';

const BATCH = 2_000;

/** Of events that lie next to each other. */
const PERSONAL_BETWEEN = `select seq, pointer, encode(salt, 'base64') as salt, shown from audit_personal
  where practice_id = current_practice() and seq >= $1 and seq <= $2`;
/** Of events that a filter has picked out. */
const PERSONAL_OF = `select seq, pointer, encode(salt, 'base64') as salt, shown from audit_personal
  where practice_id = current_practice() and seq = any($1::bigint[])`;
const NOTES_BETWEEN = `select size as seq, note from audit_checkpoints
  where practice_id = current_practice() and size >= $1 and size <= $2`;

interface PersonalRow {
  seq: string;
  pointer: string;
  salt: string;
  shown: string;
}

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
      columns: 'e.seq, e.body, e.hash',
      filter,
      within: (bind) => ` and e.seq > ${bind(after)} and e.seq <= ${bind(upTo)}`,
      order: 'e.seq',
      limit: BATCH,
    });
    const found = await this.database.sql<{ seq: string; body: string; hash: Buffer }>(text, values);
    const rows = found.map(({ seq, body, hash }) => ({ seq: Number(seq), body, hash }));
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) return [];
    // Not as part of the statement above, where it would be looked up event by event.
    const [personal, notes] = await Promise.all([
      this.#personal(rows),
      this.database.sql<{ seq: string; note: string }>(NOTES_BETWEEN, [first.seq, last.seq]),
    ]);
    const noted = new Map(notes.map(({ seq, note }) => [Number(seq), note]));
    return rows.map((row) => ({
      ...row,
      note: noted.get(row.seq) ?? null,
      personal: personal.get(row.seq) ?? null,
    }));
  }

  /** What the stored trail goes on from: the end of what was removed last. */
  async base(): Promise<TrailBase> {
    const [row] = await this.database.sql<{ seq: string; hash: Buffer; edge: Buffer }>(
      `select to_seq as seq, hash, edge from audit_archives
       where practice_id = current_practice() and removed_at is not null order by to_seq desc limit 1`,
    );
    return row ? { ...row, seq: Number(row.seq) } : BEGINNING;
  }

  /**
   * Pieces of the trail after one entry, up to another, each in a transaction of its own: whoever reads slowly
   * holds nothing up.
   */
  pieces(
    practiceId: string,
    after: number,
    upTo: number,
    filter: TrailFilter = {},
  ): AsyncGenerator<TrailRow[]> {
    return inPieces(after, upTo, (from) =>
      this.database.inPractice(practiceId, () => this.batch(from, upTo, filter)),
    );
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

  async #personal(rows: readonly Link[]): Promise<Map<number, NonNullable<TrailRow['personal']>>> {
    const [first, last] = [rows[0]?.seq ?? 0, rows.at(-1)?.seq ?? 0];
    const found = await (last - first < rows.length
      ? this.database.sql<PersonalRow>(PERSONAL_BETWEEN, [first, last])
      : this.database.sql<PersonalRow>(PERSONAL_OF, [rows.map(({ seq }) => seq)]));
    const shown = new Map<number, NonNullable<TrailRow['personal']>>();
    for (const { seq, pointer, salt, shown: value } of found) {
      const of = shown.get(Number(seq)) ?? {};
      of[pointer] = { salt, value };
      shown.set(Number(seq), of);
    }
    return shown;
  }
}
