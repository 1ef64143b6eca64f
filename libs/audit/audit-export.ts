import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Actor } from '#runtime';
import type { AuditKey } from '#secrets';
import { AuditKeys } from './audit-keys.js';
import { AuditTrail } from './audit-trail.js';
import { Checkpoints, TrailBroken } from './checkpoints.js';
import { entryLine, headerOf, LineDigest, lineOf, manifestLine } from './export-format.js';
import { type TrailRow, TrailRows } from './trail-rows.js';

/** An export that has been written into the trail, and now may be read. */
export interface OpenedExport {
  practiceId: string;
  key: AuditKey;
  head: { seq: number; hash: string };
  last: number;
  /** Signed, but not there any more. */
  beyond: string | null;
  exportedAt: string;
}

/** Hands out a practice's trail so that it can be checked without the database. */
@Injectable()
export class AuditExport {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(AuditKeys) private readonly keys: AuditKeys,
    @Inject(Checkpoints) private readonly checkpoints: Checkpoints,
    @Inject(TrailRows) private readonly rows: TrailRows,
  ) {}

  /** In a unit of work: seals and signs what there is, and notes who takes it. Nothing may be read before it commits. */
  async open(actor: Actor): Promise<OpenedExport> {
    await this.trail.seal();
    // A trail that cannot be signed is handed out all the same: whoever checks it shall see why.
    await this.checkpoints.issue().catch((error: unknown) => {
      if (!(error instanceof TrailBroken)) throw error;
    });
    const { seq, hash, last, beyond } = await this.rows.end();
    const { practiceId, now } = this.database;
    const head = { seq, hash: hash.toString('hex') };
    this.trail.record({
      action: 'audit.exported',
      actor,
      target: { type: 'practice', id: practiceId },
      changes: { format: 'ndjson', head },
    });
    return { practiceId, key: await this.keys.current(), head, last, beyond, exportedAt: now.toISOString() };
  }

  /** The whole trail up to the head at which it was opened, in pieces of many lines. Outside a unit of work. */
  async *read({ practiceId, key, head, last, beyond, exportedAt }: OpenedExport): AsyncGenerator<string> {
    const digest = new LineDigest();
    yield digest.pass(lineOf(headerOf(key.public, practiceId, {})));
    let entries = 0;
    for await (const rows of this.#batches(practiceId, last)) {
      entries += rows.length;
      yield digest.pass(rows.map(linesOf).join(''));
    }
    if (beyond) yield digest.pass(lineOf({ checkpoint: beyond }));
    const manifest = { entries, exportedAt, filters: {}, head, sha256: digest.finish() };
    yield manifestLine(key, practiceId, manifest);
  }

  /** Each in a transaction of its own: whoever reads slowly holds nothing up. */
  async *#batches(practiceId: string, upTo: number): AsyncGenerator<TrailRow[]> {
    for (let after = 0; after < upTo; ) {
      const from = after;
      const rows = await this.database.inPractice(practiceId, () => this.rows.batch(from, upTo));
      const last = rows.at(-1);
      if (!last) return;
      yield rows;
      after = last.seq;
    }
  }
}

const linesOf = (row: TrailRow): string =>
  entryLine(row) + (row.note === null ? '' : lineOf({ checkpoint: row.note }));
