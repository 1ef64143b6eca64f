import type { ExportAuditEvents } from '#contract';
import type { AuditKey } from '#secrets';
import { csvHeader, csvOf } from './export-csv.js';
import { entryLine, headerOf, LineDigest, lineOf, manifestLine } from './export-format.js';
import { eventView } from './personal.js';
import type { TrailBase } from './trail-base.js';
import type { TrailEnd, TrailRow } from './trail-rows.js';

/** What a file is to hold: whose trail, up to where, in which form. */
export interface ExportedFile {
  practiceId: string;
  format: ExportAuditEvents['format'];
  filters: Record<string, string>;
  key: AuditKey;
  base: TrailBase;
  end: TrailEnd;
  exportedAt: string;
  /** It ends there on purpose, and another file goes on: an archive. */
  part?: true;
}

/** The text of one export, piece by piece: lines that can be checked, or lines for a spreadsheet. */
export class ExportFile {
  readonly #digest = new LineDigest();
  readonly #filtered: boolean;
  #entries = 0;
  #sha256 = '';

  constructor(private readonly opened: ExportedFile) {
    this.#filtered = Object.keys(opened.filters).length > 0;
  }

  get entries(): number {
    return this.#entries;
  }

  /** Once it has ended: of the whole CSV, or of all that stands before the manifest. */
  get sha256(): string {
    return this.#sha256;
  }

  begin(): string {
    const { format, key, practiceId: practice, filters, base, end, part } = this.opened;
    if (format === 'csv') return this.#digest.pass(csvHeader());
    const header = headerOf(key.public, { practice, filters, base, ...(part && { to: end.seq }) });
    return this.#digest.pass(lineOf({ ...header }));
  }

  rows(rows: readonly TrailRow[]): string {
    this.#entries += rows.length;
    const text =
      this.opened.format === 'csv'
        ? csvOf(rows.map(viewOf))
        : rows.map((row) => entryLine(row) + this.#checkpoint(row.note)).join('');
    return this.#digest.pass(text);
  }

  end(): string {
    const { format, key, practiceId, filters, exportedAt } = this.opened;
    const { seq, hash, beyond } = this.opened.end;
    const rest = format === 'csv' ? '' : this.#digest.pass(this.#checkpoint(beyond));
    this.#sha256 = this.#digest.finish();
    if (format === 'csv') return rest;
    const head = { seq, hash: hash.toString('hex') };
    const manifest = { entries: this.#entries, exportedAt, filters, head, sha256: this.#sha256 };
    return rest + manifestLine(key, practiceId, manifest);
  }

  /** A filtered export has no tree that it could be checked against. */
  #checkpoint(note: string | null): string {
    return note === null || this.#filtered ? '' : lineOf({ checkpoint: note });
  }
}

function viewOf({ seq, body, personal }: TrailRow) {
  const shown = Object.entries(personal ?? {}).map(([pointer, { value }]) => [pointer, value] as const);
  return eventView(seq, body, Object.fromEntries(shown));
}
