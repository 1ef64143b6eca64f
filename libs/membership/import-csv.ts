import { stringify } from 'csv-stringify/sync';
import { USER_IMPORT_COLUMNS } from '#contract';
import { REASON_COLUMN } from './import-file.js';
import type { FailedRow } from './import-records.js';

const EXAMPLE = ['mara.quill', 'Mara Quill', 'mara.quill@practice.example', 'staff'];

/** The header of an import and one line that shows how it is meant. */
export const templateCsv = (): string =>
  stringify([[...USER_IMPORT_COLUMNS], EXAMPLE], { record_delimiter: 'windows' });

/** What was typed by others goes into a spreadsheet, which must not take any cell for a formula (ASVS 1.2.10). */
export const failedRowsCsv = (rows: readonly FailedRow[]): string =>
  stringify(
    [
      [...USER_IMPORT_COLUMNS, REASON_COLUMN],
      ...rows.map(({ username, displayName, email, roles, reason }) => [
        username,
        displayName,
        email,
        roles,
        reason,
      ]),
    ],
    { escape_formulas: true, record_delimiter: 'windows' },
  );
