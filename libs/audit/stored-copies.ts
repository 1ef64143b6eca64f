import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Link } from './chain.js';
import { MISSHOWN } from './export-format.js';
import { areTrue, type Committed, type Opening, Openings, whoseAreMissing } from './openings.js';
import { inPieces } from './pieces.js';

const BATCH = 5_000;

/** A link with the checkpoint signed right after it, and whether what stands beside it says what it says. */
interface CopiedLink extends Link {
  note: string | null;
  /** What is wrong beside it. */
  differing: string | null;
  /** Whose values nothing opens any more; null for one that is nobody's. */
  missing: readonly (string | null)[];
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

const MISCOPIED = 'not what the columns say that lists are filtered by';

/**
 * The stored trail with what lists filter by and show: columns, which are copies of the event, and the values
 * that it commits to. Only the event itself is in the chain.
 */
@Injectable()
export class StoredCopies {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Openings) private readonly openings: Openings,
  ) {}

  /** Each piece in a transaction of its own: however long the trail, nothing is held up for more than one. */
  pieces(practiceId: string, after: number, upTo: number): AsyncGenerator<CopiedLink[]> {
    return inPieces(after, upTo, (from) =>
      this.database.inPractice(practiceId, async () => {
        const events = this.database.sql<Row>(
          `select e.seq, e.body, e.hash, c.note, e.id, e.action, e.actor_id, e.target_id, e.concerned_id, e.outcome,
             e.request_id, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as at
           from audit_events e left join audit_checkpoints c on c.practice_id = e.practice_id and c.size = e.seq
           where e.practice_id = current_practice() and e.seq > $1 and e.seq <= $2 order by e.seq limit ${BATCH}`,
          [from, upTo],
        );
        // After the events: what is erased in between is missing then, and its erasure is found at the end.
        // Where entries have gone the piece goes on behind these, and the gap is what is wrong.
        const beside = this.openings.between(from, Math.min(upTo, from + BATCH));
        const [rows, openings] = await Promise.all([events, beside]);
        return rows.map((row) => compared(row, openings.get(Number(row.seq)) ?? []));
      }),
    );
  }

  /** The first entry whose opening is missing without an erasure, of the first one of each person; or null. */
  unexplained(practiceId: string, missing: ReadonlyMap<string | null, number>): Promise<number | null> {
    return this.openings.unexplained(practiceId, missing);
  }
}

interface Said extends Committed {
  id?: unknown;
  at?: unknown;
  action?: unknown;
  outcome?: unknown;
  requestId?: unknown;
}

function compared(row: Row, openings: readonly Opening[]): CopiedLink {
  const link = { ...row, seq: Number(row.seq), missing: [] };
  const said = parsed(row.body);
  const copied = said !== null && isCopy(said, row) && openings.every(({ at }) => at === row.at);
  if (!copied) return { ...link, differing: MISCOPIED };
  if (!areTrue(said, openings)) return { ...link, differing: MISSHOWN };
  return { ...link, differing: null, missing: whoseAreMissing(said, openings) };
}

function isCopy(said: Said, row: Row): boolean {
  const { id, at, action, actor_id, target_id, concerned_id, outcome, request_id } = row;
  return (
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
