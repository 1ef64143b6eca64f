import { Inject, Injectable } from '@nestjs/common';
import { entryLine, type TrailRow, TrailRows } from '#audit';
import { Database } from '#database';
import type { Batch, StreamedEntry } from './sink.js';
import type { Behind } from './sink-ledger.js';

/** What is read, delivered and remembered together: after a kill this much, at most, comes twice. */
const ENTRIES = 5_000;

/** The next part of several trails. */
export interface Window {
  batches: Batch[];
  /** Practices that no longer hold what was asked for, and up to where. */
  gone: Map<string, number>;
  /** Whether nothing that was known of these practices is left. */
  whole: boolean;
}

/** Reads what a sink lacks, each practice's part in a unit of work of that practice. */
@Injectable()
export class TrailWindows {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(TrailRows) private readonly rows: TrailRows,
  ) {}

  /** As much of each practice as its share of a window. */
  async next(practices: readonly Behind[]): Promise<Window> {
    const share = Math.ceil(ENTRIES / practices.length);
    const window: Window = { batches: [], gone: new Map(), whole: true };
    for (const { practiceId, taken, known } of practices) {
      const upTo = Math.min(known, taken + share);
      const rows = await this.database.inPractice(practiceId, () => this.rows.batch(taken, upTo));
      if (rows.length === 0) window.gone.set(practiceId, upTo);
      else window.batches.push({ practiceId, entries: rows.map(streamed) });
      window.whole &&= (rows.at(-1)?.seq ?? upTo) >= known;
    }
    return window;
  }
}

/** The same line as in an export, so that whatever checks one checks the other. */
function streamed(row: TrailRow): StreamedEntry {
  const { at, action, outcome } = JSON.parse(row.body) as Pick<StreamedEntry, 'at' | 'action' | 'outcome'>;
  const hash = row.hash.toString('hex');
  return { seq: row.seq, at, action, outcome, line: entryLine(row).trimEnd(), hash };
}
