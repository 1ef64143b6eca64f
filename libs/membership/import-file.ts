import { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { canonicalUsername, USER_IMPORT_COLUMNS, USER_IMPORT_MOST_ROWS } from '#contract';
import { Problem } from '#runtime';

/** Far more than the four fields of a user may hold. */
const LONGEST_RECORD = 4_096;
/** What a file of rows that failed has besides, so that it can be mended and sent as it is. */
export const REASON_COLUMN = 'reason';
/** An apostrophe before what a spreadsheet would take for a formula: those files have it, and so may others. */
const ESCAPED = /^'(?=[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/;
/** Between two pieces others are served. */
const PIECE_CHARACTERS = 64 * 1024;

/** One line of a file, as it was written, with what can be said of it without asking anybody. */
export interface ImportedLine {
  line: number;
  /** Folded as usernames are. */
  username: string;
  displayName: string;
  email: string;
  roles: string;
  fault: string | null;
}

interface CsvRecord {
  record: string[];
  info: Info;
}

/**
 * Reads a file of users. What is wrong with one line stays with that line; what makes the file another than
 * it says refuses it as a whole. @throws Problem `validation_failed`, with the line where there is one
 */
export async function readImportFile(bytes: Uint8Array): Promise<ImportedLine[]> {
  const lines: ImportedLine[] = [];
  const lineOf = new Map<string, number>();
  let columns = 0;
  try {
    for await (const read of recordsOf(textOf(bytes))) {
      if (columns === 0) columns = mustBeHeader(read.record);
      else lines.push(toLine(read, columns, lineOf));
      if (lines.length > USER_IMPORT_MOST_ROWS) throw tooMany();
    }
  } catch (error) {
    throw error instanceof CsvError ? unreadable(error) : error;
  }
  if (columns === 0) mustBeHeader([]);
  if (lines.length === 0) throw fault('/rows', 'no_rows', 'has a header and no rows');
  return lines;
}

/** UTF-8, with or without a byte order mark (RFC 7111 §3 leaves it open), and nothing that no text holds. */
function textOf(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // One character a line break: the parser counts two as two lines.
    if (!text.includes('\0')) return text.replaceAll('\r\n', '\n');
  } catch {
    // What cannot be decoded is told like what should not have been.
  }
  throw fault('', 'csv_encoding', 'is not text in UTF-8: save it as “CSV UTF-8”');
}

function recordsOf(text: string): AsyncIterable<CsvRecord> {
  const parser = parse({
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
  });
  return Readable.from(piecesOf(text)).pipe(parser);
}

function* piecesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; start += PIECE_CHARACTERS) {
    yield text.slice(start, start + PIECE_CHARACTERS);
  }
}

/** How many columns each row has. */
function mustBeHeader(record: readonly string[]): number {
  const columns = record.at(-1) === REASON_COLUMN ? record.slice(0, -1) : record;
  if (columns.join() === USER_IMPORT_COLUMNS.join()) return record.length;
  const message = `must be the first line, with commas and no spaces: ${USER_IMPORT_COLUMNS.join()}`;
  throw fault('/header', 'csv_header', message);
}

function toLine({ record, info }: CsvRecord, columns: number, lineOf: Map<string, number>): ImportedLine {
  const [typed = '', displayName = '', email = '', roles = ''] = record.map((cell) =>
    cell.replace(ESCAPED, ''),
  );
  // Counted by the parser at a record's end: one with line breaks inside began earlier.
  const line = info.lines - (record.join('').match(/[\r\n]/g)?.length ?? 0);
  const username = canonicalUsername(typed.trim());
  const earlier = lineOf.get(username);
  lineOf.set(username, earlier ?? line);
  const faults = [
    record.length === columns ? null : `has ${record.length} columns, not ${columns}`,
    earlier === undefined || username === '' ? null : `duplicate: line ${earlier} has the same username`,
  ];
  return { line, username, displayName, email, roles, fault: faults.find((text) => text !== null) ?? null };
}

/** The parser's own words hold what it has read; these do not. */
function unreadable({ code, ...more }: CsvError): Problem {
  const { lines } = more as { lines?: number };
  const what =
    code === 'CSV_MAX_RECORD_SIZE' ? `is longer than ${LONGEST_RECORD} bytes` : 'has a stray quote';
  return fault(`/rows/${lines ?? 0}`, 'csv_syntax', `line ${lines ?? 0} ${what}: nothing was imported`);
}

const tooMany = (): Problem =>
  fault('/rows', 'too_many_rows', `has more than ${USER_IMPORT_MOST_ROWS} rows: split the file`);

const fault = (pointer: string, code: string, message: string): Problem =>
  Problem.of('validation_failed').at({ pointer, code, message });
