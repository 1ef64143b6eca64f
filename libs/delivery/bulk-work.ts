import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { failpoint } from '#failpoints';
import { CAREFUL_FROM } from './bulk-portion.js';

/** Work that is too large for one transaction. */
export type BulkKind = 'user-import' | 'bulk-password-reset';

/** Where a piece of it is found; jobs hold these and nothing else. */
export interface BulkReference {
  practiceId: string;
  id: string;
  kind: BulkKind;
}

/** What a step leaves: nothing, or the next step, when it is due, and whether it begins as after two that failed. */
export type NextStep = 'done' | { inSeconds: number; careful: boolean };

/** One step, in the transaction that also writes down what is next: it is done once, or not at all. */
export type StepHandler = (id: string, attempt: number) => Promise<NextStep>;

/** A claim whose job was lost lapses after this long and is made again; a step takes a second or less. */
export const CLAIM_SECONDS = 30;
/** After a step that failed, the next attempt waits so much longer each time. */
const PAUSE_SECONDS = 2;
const LONGEST_PAUSE_SECONDS = 30;

/**
 * Large work in small steps. Domains above this one post it within the transaction that causes it, and attach
 * the step. The table is the record; the queue only carries ids (decision 0018).
 */
@Injectable()
export class BulkWork {
  readonly #steps = new Map<BulkKind, StepHandler>();

  constructor(@Inject(Database) private readonly database: Database) {}

  register(kind: BulkKind, step: StepHandler): void {
    if (this.#steps.has(kind)) throw new Error(`${kind} has a step already`);
    this.#steps.set(kind, step);
  }

  /** Due at once, or no sooner than said. Posted again while its next step is still to come, it stays as it is. */
  async post(kind: BulkKind, id: string, notBefore: Date | null = null): Promise<void> {
    await this.database.sql(
      `insert into bulk_work (practice_id, id, kind, due_at)
       values (current_practice(), $1, $2, greatest(app_now(), $3::timestamptz))
       on conflict (practice_id, id) do nothing`,
      [id, kind, notBefore],
    );
  }

  /** One step of the piece, unless it is done, not due, or another's at this moment. */
  async step({ practiceId, id, kind }: BulkReference): Promise<void> {
    const step = this.#steps.get(kind);
    if (!step) throw new Error(`${kind} has no step`);
    const attempt = await this.database.inPractice(practiceId, () => this.#begin(id));
    if (attempt === null) return;
    failpoint('bulk.begun');
    await this.database.inPractice(practiceId, async () => {
      if (!(await this.#take(id, attempt))) return;
      const next = await step(id, attempt);
      if (next === 'done') await this.#remove(id);
      else await this.#postpone(id, next);
      failpoint('bulk.stepped');
    });
    failpoint('bulk.settled');
  }

  /** The claim is given back at once, for a moment later: what is wrong may pass. */
  async giveBack({ practiceId, id }: BulkReference): Promise<void> {
    await this.database.inPractice(practiceId, () =>
      this.database.sql(
        `update bulk_work set claimed_by = null, claimed_until = app_now()
           + make_interval(secs => least(greatest(attempts, 1) * ${PAUSE_SECONDS}, ${LONGEST_PAUSE_SECONDS}))
         where practice_id = current_practice() and id = $1`,
        [id],
      ),
    );
  }

  /** Counted in a commit of its own, so that a step that ends its process counts, and one that never began does not. */
  async #begin(id: string): Promise<number | null> {
    const [row] = await this.database.sql<{ attempts: number }>(
      `update bulk_work set attempts = attempts + 1,
         claimed_until = app_now() + make_interval(secs => ${CLAIM_SECONDS})
       where practice_id = current_practice() and id = $1 and due_at <= app_now() returning attempts`,
      [id],
    );
    return row?.attempts ?? null;
  }

  /** Held until this step has been committed. Of several jobs for it, the one that began last goes on. */
  async #take(id: string, attempt: number): Promise<boolean> {
    const [row] = await this.database.sql(
      `select 1 from bulk_work
       where practice_id = current_practice() and id = $1 and due_at <= app_now() and attempts = $2 for update`,
      [id, attempt],
    );
    return row !== undefined;
  }

  async #remove(id: string): Promise<void> {
    await this.database.sql('delete from bulk_work where practice_id = current_practice() and id = $1', [id]);
  }

  async #postpone(id: string, { inSeconds, careful }: Exclude<NextStep, 'done'>): Promise<void> {
    await this.database.sql(
      `update bulk_work set attempts = $3, claimed_by = null, claimed_until = null,
         due_at = app_now() + make_interval(secs => $2)
       where practice_id = current_practice() and id = $1`,
      [id, inSeconds, careful ? CAREFUL_FROM - 1 : 0],
    );
  }
}
