import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { NIL_ID } from '#runtime';

/** A practice of whose trail a sink has not taken everything. */
export interface Behind {
  practiceId: string;
  taken: number;
  known: number;
}

/** A worker's place at a sink. */
export interface Hold {
  sink: string;
  holder: string;
}

/** What the database knows of sinks: who streams to one, and how far each practice's trail was taken there. */
@Injectable()
export class SinkLedger {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** At each start of a worker, which also lets a sink begin again that has stopped. */
  async join(sink: string, onlyNews: boolean): Promise<void> {
    await this.#ask('select join_audit_sink($1, $2)', [sink, onlyNews]);
  }

  /** For the next ten seconds; false when another worker has it, or when it has stopped. */
  async hold({ sink, holder }: Hold): Promise<boolean> {
    const [row] = await this.#ask<{ free: boolean }>(
      `with asked as (
         select sink, state <> 'stopped' and (holder = $2 or held_until < app_now()) as free
         from audit_sinks where sink = $1 for update
       ) update audit_sinks s set seen_at = app_now(),
           holder = case when free then $2 else holder end,
           held_until = case when free then app_now() + interval '10 seconds' else held_until end
         from asked where s.sink = asked.sink returning free`,
      [sink, holder],
    );
    return row?.free ?? false;
  }

  /** So that another worker need not wait. */
  async release({ sink, holder }: Hold): Promise<void> {
    await this.#ask(
      "update audit_sinks set held_until = '-infinity' where sink = $1 and holder = $2 and held_until > app_now()",
      [sink, holder],
    );
  }

  async survey(sink: string): Promise<void> {
    await this.#ask('select survey_trails_for($1)', [sink]);
  }

  /** Some of the practices with news, in turn: those whose ids follow. */
  async behind(sink: string, following: string | null, most: number): Promise<Behind[]> {
    const rows = await this.#ask<{ practice_id: string; taken: string; known: string }>(
      `select practice_id, taken, known from (select note_audit_news()) noted,
         practices_behind_sink($1, $2, $3)`,
      [sink, following ?? NIL_ID, most],
    );
    return rows.map(({ practice_id, taken, known }) => ({
      practiceId: practice_id,
      taken: Number(taken),
      known: Number(known),
    }));
  }

  /** Remembers what was taken, by practice; false when another worker has the sink by now. */
  async advance({ sink, holder }: Hold, taken: ReadonlyMap<string, number>): Promise<boolean> {
    const [row] = await this.#ask<{ held: boolean }>(
      'select advance_audit_sink($1, $2, $3::uuid[], $4::bigint[]) as held',
      [sink, holder, [...taken.keys()], [...taken.values()]],
    );
    return row?.held ?? false;
  }

  async become(sink: string, state: 'streaming' | 'retrying' | 'stopped'): Promise<void> {
    await this.#ask('update audit_sinks set state = $2 where sink = $1 and state <> $2', [sink, state]);
  }

  async retire(): Promise<void> {
    await this.#ask('select retire_audit_sinks()', []);
  }

  #ask<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.database.outsidePractice(() => this.database.sql<Row>(text, values));
  }
}
