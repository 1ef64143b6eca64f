/**
 * `npm run bench -- import [--rows N] [--backend postgres|redis]`: how fast a file of users is stored, and how fast their
 * welcomes then leave.
 */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTyped, refuseTyped } from './arguments.js';
import type { Floor, FloorQuestion } from './floor.js';
import { ProductTarget } from './product-target.js';
import { type Backend, backendOf } from './queue-backend.js';
import { machineLine } from './report.js';
import { SideProcess } from './side-process.js';
import type { Arrival, SinkQuestion } from './sink.js';
import { untilStored, usersFile } from './users-file.js';

const usage = 'bench import [--rows N] [--backend postgres|redis]';
const bars = { rowsPerSecond: 1_000, ratioToBarePool: 0.7 };
const lookEveryMs = 50;
const patienceMs = 15_000;

/** Starts an installation of its own, imports into it, and prints each figure with its bar. */
export async function measureImport(typed: string[]): Promise<void> {
  const { values } = readTyped(usage, {
    args: typed,
    options: { rows: { type: 'string', default: '20000' }, backend: { type: 'string', default: 'postgres' } },
  });
  const rows = Number(values.rows);
  const backend = backendOf(values.backend);
  if (!(rows >= 2) || !backend) refuseTyped(usage);
  const root = await mkdtemp(join(tmpdir(), 'latchkey-import-'));
  // The database server's user must be able to enter.
  await chmod(root, 0o755);
  const sink = new SideProcess('./sink.js');
  const port = await sink.ask<number>({ ask: 'listen' } satisfies SinkQuestion);
  const smtpUrl = `smtp://127.0.0.1:${port}`;
  await mkdir(join(root, 'product'));
  const target = new ProductTarget(join(root, 'product'), smtpUrl, { backend });
  process.once('SIGINT', () => void target.stop().finally(() => process.exit(130)));
  try {
    await target.start();
    const bare = [await barePool(sink, smtpUrl)];
    const begun = await target.importUsers(usersFile(rows));
    const { storedSeconds, endedAtMs } = await untilStored(begun, rows, lookEveryMs);
    const mails = await welcomes(sink, rows, endedAtMs);
    bare.push(await barePool(sink, smtpUrl));
    console.log(report({ backend, rows, storedSeconds, mails, bare }));
  } finally {
    await target.stop();
    sink.stop();
    await rm(root, { recursive: true, force: true });
  }
}

interface Measured {
  backend: Backend;
  rows: number;
  storedSeconds: number;
  /** Mails a second: once all rows were stored, and from the first to the last. */
  mails: { after: number; counted: number; overall: number };
  /** Sends a second of the bare pool, before and afterwards. */
  bare: number[];
}

/** The same pool with nothing around it, to the same sink. */
async function barePool(sink: SideProcess, smtpUrl: string): Promise<number> {
  const floor = new SideProcess('./floor.js');
  try {
    return (await floor.ask<Floor>({ smtpUrl } satisfies FloorQuestion)).smtpSends;
  } finally {
    floor.stop();
    await sink.ask({ ask: 'arrivals', expected: 0, patienceMs: 0 } satisfies SinkQuestion);
  }
}

/** @throws Error when one is missing */
async function welcomes(sink: SideProcess, rows: number, sinceMs: number): Promise<Measured['mails']> {
  const question: SinkQuestion = { ask: 'arrivals', expected: rows, patienceMs };
  const arrivals = await sink.ask<Arrival[]>(question);
  const people = new Set(arrivals.map(({ address }) => address)).size;
  if (people < rows) throw new Error(`${rows - people} of ${rows} welcomes are missing`);
  const times = arrivals.map(({ atMs }) => atMs);
  const after = times.filter((ms) => ms > sinceMs);
  return { after: rateOf(after), counted: after.length, overall: rateOf(times) };
}

const rateOf = (times: number[]): number =>
  (times.length - 1) / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000);

const judged = (met: boolean): string => (met ? 'met' : 'MISSED');

function report({ backend, rows, storedSeconds, mails, bare }: Measured): string {
  const stored = rows / storedSeconds;
  const pool = bare.reduce((sum, one) => sum + one, 0) / bare.length;
  const ratio = mails.after / pool;
  return [
    machineLine('embedded', backend),
    `${rows} rows stored in ${storedSeconds.toFixed(1)} s: ${stored.toFixed(0)}/s  >= ${bars.rowsPerSecond}/s: ${judged(stored >= bars.rowsPerSecond)}`,
    `welcomes once all were stored (${mails.counted}): ${mails.after.toFixed(0)}/s; from the first to the last: ${mails.overall.toFixed(0)}/s`,
    `the bare SMTP pool to the same sink, before and afterwards: ${bare.map((one) => one.toFixed(0)).join(' and ')}/s`,
    `welcomes / bare pool: ${ratio.toFixed(2)}  >= ${bars.ratioToBarePool}: ${judged(ratio >= bars.ratioToBarePool)}`,
  ].join('\n');
}
