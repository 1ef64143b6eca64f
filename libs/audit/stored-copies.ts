import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Link } from './chain.js';
import { inPieces } from './pieces.js';

const BATCH = 5_000;

/** A link with the checkpoint signed right after it, and whether the columns beside it say what it says. */
interface CopiedLink extends Link {
  note: string | null;
  copied: boolean;
}

interface Row {
  seq: string;
  body: string;
  hash: Buffer;
  note: string | null;
  id: string;
  at: string;
  action: string;
  actor_id: string | null;
  target_id: string | null;
  concerned_id: string | null;
  outcome: string;
  request_id: string | null;
}

/** The stored trail with the columns that lists filter by: copies of the event, which alone is in the chain. */
@Injectable()
export class StoredCopies {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Each piece in a transaction of its own: however long the trail, nothing is held up for more than one. */
  pieces(practiceId: string, after: number, upTo: number): AsyncGenerator<CopiedLink[]> {
    return inPieces(after, upTo, (from) =>
      this.database.inPractice(practiceId, async () => {
        const rows = await this.database.sql<Row>(
          `select e.seq, e.body, e.hash, c.note, e.id, e.action, e.actor_id, e.target_id, e.concerned_id, e.outcome,
             e.request_id, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as at
           from audit_events e left join audit_checkpoints c on c.practice_id = e.practice_id and c.size = e.seq
           where e.practice_id = current_practice() and e.seq > $1 and e.seq <= $2 order by e.seq limit ${BATCH}`,
          [from, upTo],
        );
        return rows.map((row) => ({ ...row, seq: Number(row.seq), copied: isCopy(row) }));
      }),
    );
  }
}

interface Said {
  id?: unknown;
  at?: unknown;
  action?: unknown;
  outcome?: unknown;
  requestId?: unknown;
  actor?: { id?: unknown } | null;
  target?: { id?: unknown } | null;
  changes?: { userId?: unknown } | null;
}

function isCopy(row: Row): boolean {
  const { id, at, action, actor_id, target_id, concerned_id, outcome, request_id } = row;
  const said = parsed(row.body);
  return (
    said !== null &&
    said.id === id &&
    // The columns are finer than what events say: a microsecond more would be another place in a list.
    String(said.at).replace(/Z$/, '000') === at &&
    said.action === action &&
    (said.actor?.id ?? null) === actor_id &&
    (said.target?.id ?? null) === target_id &&
    (said.changes?.userId ?? null) === concerned_id &&
    said.outcome === outcome &&
    // Empty in events from before there was the column.
    (request_id === null || said.requestId === request_id)
  );
}

function parsed(body: string): Said | null {
  try {
    return JSON.parse(body) as Said;
  } catch {
    return null;
  }
}
