import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Id, USER_IMPORT_MOST_BYTES, type UserImportRowView, type UserImportView } from '#contract';
import { Database } from '#database';
import { failedRowsCsv, UserImports } from '#membership';
import { Problem } from '#runtime';
import { sha256 } from '#secrets';
import { type ActingOptions, CUSTOMER_SERVICE, whoActs } from './acting.js';
import { follow } from './follow.js';
import { practiceOf } from './practice-of.js';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';
import { withProduct } from './with-product.js';

export interface UserImportOptions extends ActingOptions {
  practice: string;
  dryRun?: boolean;
  welcome: boolean;
  failed?: string;
  follow?: string;
}

/** What became of an import, as far as it has come. */
interface Seen {
  view: UserImportView;
  /** The first lines that failed. */
  failures: UserImportRowView[];
  /** All of them as a file, where it was asked for. */
  csv: string | null;
}

const FAILURES_TOLD = 10;

/** Adds users from a file in the name of customer service: a worker does it, and this looks on. */
export async function userImport(file: string | undefined, options: UserImportOptions): Promise<void> {
  mustMakeSense(file, options);
  const bytes = file === undefined ? null : readUpload(file);
  const seen = await throughWorker(bytes, options).catch((error: unknown) => {
    throw asUsage(error);
  });
  if (options.failed !== undefined && seen.csv !== null) {
    writeFileSync(options.failed, seen.csv, { flag: 'wx', mode: 0o600 });
  }
  shell().stdout.write(`${options.json ? JSON.stringify(seen.view) : inWords(seen, options)}\n`);
  if (seen.view.failed > 0) shell().status ??= 1;
}

function throughWorker(bytes: Buffer | null, options: UserImportOptions): Promise<Seen> {
  return withProduct(async (product) => {
    const actor = await whoActs(product, options, 'operator');
    const practiceId = await practiceOf(product, options.practice);
    const imports = product.get(UserImports);
    const inside = <T>(work: () => Promise<T>) => product.get(Database).inPractice(practiceId, work);
    const { dryRun = false, welcome } = options;
    const id = bytes
      ? (await inside(() => imports.start(actor, uploaded(bytes), { dryRun, welcome }))).id
      : (options.follow ?? '');
    const view = await follow(
      product,
      () => inside(() => imports.get(id, CUSTOMER_SERVICE)),
      `The import goes on. To see how: latchkey user import --follow ${id} --practice ${options.practice}`,
    );
    const failedOnly = { after: 0, limit: FAILURES_TOLD, outcome: 'failed' } as const;
    const failures = (await inside(() => imports.rows(id, failedOnly))).slice(0, FAILURES_TOLD);
    const wanted = options.failed !== undefined && view.state === 'completed';
    const csv = wanted ? failedRowsCsv(await inside(() => imports.failedRows(id))) : null;
    return { view, failures, csv };
  });
}

function mustMakeSense(file: string | undefined, options: UserImportOptions): void {
  if ((file === undefined) === (options.follow === undefined)) {
    throw new UsageError('Say either a file or --follow ID');
  }
  if (options.follow !== undefined && !Id.safeParse(options.follow).success) {
    throw new UsageError('--follow must be the id of an import');
  }
  // A file that is there already may hold the lines of another import.
  if (options.failed !== undefined && existsSync(options.failed)) {
    throw new UsageError(`${options.failed} is there already: name a new file`);
  }
}

function readUpload(file: string): Buffer {
  const bytes = file === '-' ? shell().stdin() : readFileSync(file);
  if (bytes.length <= USER_IMPORT_MOST_BYTES) return bytes;
  throw new UsageError('The file is larger than 10 MB: split it');
}

const uploaded = (bytes: Buffer) => ({ bytes, sha256: sha256(bytes).toString('hex') });

/** A file that is none was given wrongly: the sentences say where. */
function asUsage(error: unknown): unknown {
  if (!(error instanceof Problem) || error.code !== 'validation_failed') return error;
  const faults = (error.errors ?? []).map(
    ({ pointer, message }) => `The ${pointer === '/header' ? 'header' : 'file'}: ${message}`,
  );
  return new UsageError(faults.join('\n') || error.message);
}

function inWords({ view, failures }: Seen, { failed, practice }: UserImportOptions): string {
  const { dryRun, created, skipped } = view;
  const more = view.failed - failures.length;
  return [
    `${created} ${dryRun ? 'would be added' : 'added'}, ${skipped} skipped since the username exists, ${view.failed} failed.`,
    ...failures.map(({ line, reason }) => `line ${line}: ${reason}`),
    ...(more > 0 ? [`and ${more} more`] : []),
    ...(view.failed > 0 && failed === undefined
      ? [
          `All of them, to be mended: latchkey user import --follow ${view.id} --practice ${practice} --failed FILE`,
        ]
      : []),
  ].join('\n');
}
