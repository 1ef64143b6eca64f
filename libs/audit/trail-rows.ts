import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Link } from './chain.js';

const BATCH = 5_000;

/** An event as stored, and the checkpoint that was signed right after it. */
export interface TrailRow extends Link {
  note: string | null;
}

/** The stored trail of the running unit's practice, from its first event, in bounded memory. */
@Injectable()
export class TrailRows {
  constructor(@Inject(Database) private readonly database: Database) {}

  async *all(): AsyncGenerator<TrailRow> {
    for (let after = 0; ; ) {
      const rows = await this.database.sql<{ seq: string; body: string; hash: Buffer; note: string | null }>(
        `select e.seq, e.body, e.hash, c.note from audit_events e
         left join audit_checkpoints c on c.practice_id = e.practice_id and c.size = e.seq
         where e.practice_id = current_practice() and e.seq > $1 order by e.seq limit ${BATCH}`,
        [after],
      );
      for (const row of rows) yield { ...row, seq: Number(row.seq) };
      const last = rows.at(-1);
      if (!last || rows.length < BATCH) return;
      after = Number(last.seq);
    }
  }

  /** The newest checkpoint of more events than there are: somebody has cut the trail, but not this. */
  async noteBeyond(seq: number): Promise<string | null> {
    const [row] = await this.database.sql<{ note: string }>(
      `select note from audit_checkpoints where practice_id = current_practice() and size > $1
       order by size desc limit 1`,
      [seq],
    );
    return row?.note ?? null;
  }

  /** Where the chain ends by the head that appending goes on from. */
  async head(): Promise<{ seq: number; hash: Buffer } | null> {
    const [row] = await this.database.sql<{ seq: string; hash: Buffer }>(
      'select seq, hash from audit_heads where practice_id = current_practice()',
    );
    return row ? { seq: Number(row.seq), hash: row.hash } : null;
  }
}
