import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Actor } from '#runtime';
import { AuditKeys } from './audit-keys.js';
import { AuditTrail } from './audit-trail.js';
import { Checkpoints, TrailBroken } from './checkpoints.js';
import { type ExportedFile, ExportFile } from './export-file.js';
import { faultWords } from './fault-words.js';
import { BEGINNING, type TrailBase } from './trail-base.js';
import { TrailRows } from './trail-rows.js';
import { TrailWalk } from './trail-walk.js';

/** A stretch of a practice's trail that is to be written to a file, and ends under a signature. */
export interface Stretch extends ExportedFile {
  format: 'ndjson';
  part: true;
}

/** A stretch that stands in a file, under the hash of that file. */
export interface Archived {
  from: number;
  to: number;
  sha256: string;
}

/** Why nothing may be removed yet, by PostgreSQL's code for it. */
const KEPT: Readonly<Record<string, string>> = {
  LK002: 'an older archive comes first',
  LK003: 'it is to be kept for longer',
  LK004: 'the trail is on hold',
};

/** Writes what is old to files, and takes it out of the database when it need not be kept there any longer. */
@Injectable()
export class Archives {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(AuditKeys) private readonly keys: AuditKeys,
    @Inject(Checkpoints) private readonly checkpoints: Checkpoints,
    @Inject(TrailRows) private readonly rows: TrailRows,
  ) {}

  /**
   * In a unit of work: the next stretch of the trail, from where the archives end to the last signature before
   * the first event at or after `before`, and within `most` entries unless no signature lies there; null when
   * there is nothing. @throws TrailBroken
   */
  async next(before: Date, most: number): Promise<Stretch | null> {
    await this.trail.seal();
    await this.checkpoints.issue();
    const base = await this.#end();
    const [cut] = await this.database.sql<{ seq: string; hash: Buffer }>(
      `select e.seq, e.hash from audit_events e join audit_checkpoints c
         on c.practice_id = e.practice_id and c.size = e.seq
       where e.practice_id = current_practice() and e.seq > $1 and e.seq < coalesce((
         select min(seq) from audit_events where practice_id = current_practice() and at >= $2), 'infinity'::numeric)
       order by e.seq <= $1 + $3::bigint desc, case when e.seq <= $1 + $3::bigint then -e.seq else e.seq end limit 1`,
      [base.seq, before.toISOString(), most],
    );
    if (!cut) return null;
    const { practiceId, now } = this.database;
    const seq = Number(cut.seq);
    const end = { seq, hash: cut.hash, last: seq, beyond: null };
    const key = await this.keys.current();
    const exportedAt = now.toISOString();
    return { practiceId, format: 'ndjson', filters: {}, key, base, end, exportedAt, part: true };
  }

  /** The file, in pieces; returns where it ends. @throws TrailBroken rather than archiving what does not verify */
  async *read(stretch: Stretch): AsyncGenerator<string, TrailBase> {
    const { practiceId, key, base, end } = stretch;
    const file = new ExportFile(stretch);
    const walk = new TrailWalk(key.public, practiceId, [], base);
    yield file.begin();
    for await (const rows of this.rows.pieces(practiceId, base.seq, end.seq)) {
      for (const row of rows) {
        walk.add(row);
        if (row.note) walk.checkpoint(row.note);
      }
      yield file.rows(rows);
    }
    if (walk.fault) throw new TrailBroken(`The trail of practice ${practiceId}: ${faultWords(walk.fault)}`);
    yield file.end();
    return walk.end;
  }

  /** In a unit of work: notes that the file is on disk, and has been checked there. */
  async keep(actor: Actor, { base }: Stretch, end: TrailBase, sha256: string): Promise<void> {
    await this.database.sql(
      `insert into audit_archives (practice_id, from_seq, to_seq, hash, edge, sha256)
       values (current_practice(), $1, $2, $3, $4, $5)`,
      [base.seq + 1, end.seq, end.hash, end.edge, sha256],
    );
    const changes = { from: base.seq + 1, to: end.seq, sha256 };
    this.trail.record({ action: 'audit.archived', actor, changes });
  }

  /** In a unit of work: what stands in files and in the database as well, oldest first. */
  async kept(): Promise<Archived[]> {
    const rows = await this.database.sql<{ from_seq: string; to_seq: string; sha256: string }>(
      `select from_seq, to_seq, sha256 from audit_archives
       where practice_id = current_practice() and removed_at is null order by to_seq`,
    );
    return rows.map(({ from_seq, to_seq, sha256 }) => ({
      from: Number(from_seq),
      to: Number(to_seq),
      sha256,
    }));
  }

  /**
   * In a unit of work of its own: takes an archived stretch out of the database, which has the last word.
   * @throws NotYet when retention or a hold keeps it
   */
  async remove(actor: Actor, archived: Archived): Promise<void> {
    this.trail.record({ action: 'audit.removed', actor, changes: { ...archived } });
    try {
      await this.database.sql('select audit_remove($1)', [archived.to]);
    } catch (error) {
      const why = KEPT[String((error as { code?: unknown }).code)];
      throw why ? new NotYet(why) : error;
    }
  }

  /**
   * Outside of any practice: drops the months that every practice has archived and removed; how many, or null
   * while the trail is too busy for it.
   */
  async dropMonths(): Promise<number | null> {
    try {
      const [row] = await this.database.outsidePractice(() =>
        this.database.sql<{ dropped: number }>('select drop_empty_audit_months() as dropped'),
      );
      return row?.dropped ?? 0;
    } catch (error) {
      // 55P03: a lock was not to be had in time.
      if ((error as { code?: unknown }).code === '55P03') return null;
      throw error;
    }
  }

  async #end(): Promise<TrailBase> {
    const [row] = await this.database.sql<{ seq: string; hash: Buffer; edge: Buffer }>(
      `select to_seq as seq, hash, edge from audit_archives
       where practice_id = current_practice() order by to_seq desc limit 1`,
    );
    return row ? { ...row, seq: Number(row.seq) } : BEGINNING;
  }
}

/** What is archived stays in the database as well, for now. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
}
