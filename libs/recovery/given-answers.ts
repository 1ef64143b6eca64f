import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { type Actor, newId } from '#runtime';
import type { Refusal } from './gate.js';

/** As long as a reset's mail is tried: what nobody carried out until then would surprise its owner. */
const LIFE = '24 hours';

/** What the gate decided about one answer. */
export interface Verdict {
  /** Whose answer it was; null for a name that nobody has. */
  userId: string | null;
  /** Why nothing is sent; null when the mail may go out. */
  refusedFor: Refusal | null;
  attemptId: string;
}

interface Row {
  user_id: string | null;
  refused_for: Refusal | null;
  attempt_id: string;
  actor: Actor;
  given_at: Date;
  too_late: boolean;
}

/** One that was taken out to be carried out; a reset that comes of it gets its id and its time. */
export interface Given {
  id: string;
  at: Date;
  actor: Actor;
  verdict: Verdict;
}

/** Answers between their 202 and what follows from them: nothing that was accepted is lost. */
@Injectable()
export class GivenAnswers {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * One row of one kind, whatever the verdict: this is all that an answer writes before it is accepted
   * (docs/decisions/0009).
   */
  async note(actor: Actor, { userId, refusedFor, attemptId }: Verdict): Promise<void> {
    await this.database.sql(
      `insert into given_answers (practice_id, id, user_id, refused_for, attempt_id, actor)
       values (current_practice(), $1, $2, $3, $4, $5)`,
      [newId(), userId, refusedFor, attemptId, JSON.stringify(actor)],
    );
  }

  /**
   * Takes one out for good: whoever else wants it waits for this transaction, and finds nothing. A right one
   * that waited too long for a worker is refused.
   */
  async take(id: string): Promise<Given | null> {
    const [row] = await this.database.sql<Row>(
      `delete from given_answers where practice_id = current_practice() and id = $1
       returning refused_for, attempt_id, actor, given_at, given_at < app_now() - interval '${LIFE}' as too_late,
         (select u.id from users u
           where u.practice_id = current_practice() and u.id = given_answers.user_id
             and u.erased_at is null) as user_id`,
      [id],
    );
    if (!row) return null;
    const { user_id: userId, attempt_id: attemptId, actor, given_at: at } = row;
    const refusedFor = row.refused_for ?? (row.too_late ? 'too-late' : null);
    return { id, at, actor, verdict: { userId, refusedFor, attemptId } };
  }

  /** The oldest of the running unit's practice, oldest first. */
  async waiting(most: number): Promise<string[]> {
    const rows = await this.database.sql<{ id: string }>(
      'select id from given_answers where practice_id = current_practice() order by id limit $1',
      [most],
    );
    return rows.map(({ id }) => id);
  }

  /** Those of all practices, in turn by practice; asked outside of any. */
  async waitingEverywhere(most: number): Promise<{ practiceId: string; id: string }[]> {
    const rows = await this.database.sql<{ practice_id: string; id: string }>(
      'select practice_id, id from answers_given($1)',
      [most],
    );
    return rows.map(({ practice_id: practiceId, id }) => ({ practiceId, id }));
  }
}
