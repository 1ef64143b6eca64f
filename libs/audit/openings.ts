import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { isCommittedTo } from '#secrets';
import { type Cast, subjectOf } from './personal.js';

/** What stands beside an event and opens one of its commitments. */
export interface Opening {
  seq: string;
  /** Of the row, which is looked for by it: that of the event, or filters pass it by. */
  at: string;
  pointer: string;
  salt: Buffer;
  shown: string;
}

/** What an event says of its commitments. */
export interface Committed extends Cast {
  commitments?: Record<string, unknown>;
}

/** What opens the commitments of the stored trail: false ones, and those that are missing without a reason. */
@Injectable()
export class Openings {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Of the running unit's practice, by the number of their event. */
  async between(after: number, upTo: number): Promise<Map<number, Opening[]>> {
    const rows = await this.database.sql<Opening>(
      `select seq, pointer, salt, shown, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as at
       from audit_personal where practice_id = current_practice() and seq > $1 and seq <= $2`,
      [after, upTo],
    );
    return Map.groupBy(rows, ({ seq }) => Number(seq));
  }

  /**
   * Of the first entries with an opening missing, each with whose it was: the first one that no erasure explains.
   * Nothing else takes an opening away.
   */
  async unexplained(practiceId: string, missing: ReadonlyMap<string | null, number>): Promise<number | null> {
    if (missing.size === 0) return null;
    const rows = await this.database.inPractice(practiceId, () =>
      this.database.sql<{ id: string }>(
        `select target_id as id from audit_events
         where practice_id = current_practice() and action = 'user.erased' and target_id = any($1::text[])`,
        [[...missing.keys()]],
      ),
    );
    const erased = new Set<string | null>(rows.map(({ id }) => id));
    for (const [whose, seq] of missing) if (!erased.has(whose)) return seq;
    return null;
  }
}

/** Whether each of these gives what the event commits to. */
export const areTrue = ({ commitments = {} }: Committed, openings: readonly Opening[]): boolean =>
  openings.every(({ pointer, salt, shown }) => isCommittedTo(String(commitments[pointer]), salt, shown));

/** Whose values can no longer be opened; null for a value that is nobody's. */
export function whoseAreMissing(event: Committed, openings: readonly Opening[]): (string | null)[] {
  const pointers = Object.keys(event.commitments ?? {});
  // Almost always, and there are as many events as there are.
  if (pointers.length === openings.length) return [];
  const opened = new Set(openings.map(({ pointer }) => pointer));
  return pointers.filter((pointer) => !opened.has(pointer)).map((pointer) => subjectOf(event, pointer));
}
