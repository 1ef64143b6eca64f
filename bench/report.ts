import { cpus } from 'node:os';
import type { Fairness } from './fairness.js';
import { judgement, number, spreadUnder } from './figures.js';
import type { Flood } from './flood.js';
import type { Floor } from './floor.js';
import { median, percentile, type Run } from './measure.js';
import type { Workers } from './pace.js';
import { fairnessLines, workersLines } from './pace-report.js';
import { type Backend, backendName } from './queue-backend.js';
import type { Measured } from './suites.js';

/** All figures of one run of the benchmark, as `--json` writes them and `renderReport` shows them. */
export interface Report {
  machine: string;
  limit: Measured;
  product: Measured | undefined;
  floors: Floor[];
  floods: Flood[];
  workers: Workers | null;
  fairness: Fairness[];
  /** Of all cores, during the rounds: what other programs of the machine took. */
  othersPercent: number;
}

/** One line on what the figures were measured with. */
export function machineLine(postgresVersion: string, backend: Backend): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? 'unknown processor';
  return `${cores.length} cores (${model}), Node ${process.version}, PostgreSQL ${postgresVersion}, queue on ${backendName[backend]}`;
}

function rate(runs: Run[]): number {
  return runs.length > 0 ? median(runs.map((run) => run.perSecond)) : Number.NaN;
}

function cpuMsEach(runs: Run[]): number {
  return runs.length > 0 ? median(runs.map((run) => run.cpuMsEach)) : Number.NaN;
}

function rateWithSpread(runs: Run[]): string {
  const rates = runs.map((run) => run.perSecond);
  const spread = rates.length > 1 ? ` (${number(Math.min(...rates))}..${number(Math.max(...rates))})` : '';
  return number(rate(runs)) + spread;
}

class Table {
  private readonly rows: string[][] = [['measure', 'limit', 'product', 'product/limit', 'bar', '']];

  constructor(private readonly report: Report) {}

  /** A rate, judged by the median of the rounds' ratios: neighbours in time share the machine's moods. */
  addRate(label: string, runsOf: (measured: Measured) => Run[], leastRatio: number): void {
    const limit = runsOf(this.report.limit);
    const product = this.report.product ? runsOf(this.report.product) : [];
    if (limit.length === 0) return;
    const ratios = product.map((run, round) => run.perSecond / (limit[round]?.perSecond ?? Number.NaN));
    const ratio = ratios.length > 0 ? median(ratios) : Number.NaN;
    const cells = [rateWithSpread(limit), rateWithSpread(product), number(ratio)];
    this.rows.push([label, ...cells, `ratio >= ${leastRatio}`, judgement(ratio, ratio >= leastRatio)]);
  }

  add(label: string, valueOf: (measured: Measured) => number, below?: number): void {
    const { limit, product } = this.report;
    const ofLimit = valueOf(limit);
    if (Number.isNaN(ofLimit)) return;
    const ofProduct = product ? valueOf(product) : Number.NaN;
    const cells = [number(ofLimit), number(ofProduct), number(ofProduct / ofLimit)];
    const bar = below === undefined ? ['', ''] : [`< ${below}`, judgement(ofProduct, ofProduct < below)];
    this.rows.push([label, ...cells, ...bar]);
  }

  render(): string {
    const widths = (this.rows[0] ?? []).map((_, column) =>
      Math.max(...this.rows.map((row) => row[column]?.length ?? 0)),
    );
    return this.rows
      .map((row) =>
        row
          .map((cell, column) =>
            column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
          )
          .join('  ')
          .trimEnd(),
      )
      .join('\n');
  }
}

function percentileOf(runs: Run[], part: 'httpMs' | 'mailMs', share: number): number {
  return percentile(
    runs.flatMap((run) => run[part]),
    share,
  );
}

/** The table for people, with the bars of the current issue. */
export function renderReport(report: Report): string {
  const table = new Table(report);
  table.addRate('resets/s, request to mail (c=32)', (m) => m.resets, 0.5);
  table.add('  HTTP p50 ms', (m) => percentileOf(m.resets, 'httpMs', 0.5));
  table.add('  HTTP p99 ms', (m) => percentileOf(m.resets, 'httpMs', 0.99));
  table.add('  request to mail p50 ms', (m) => percentileOf(m.resets, 'mailMs', 0.5));
  table.add('  request to mail p99 ms', (m) => percentileOf(m.resets, 'mailMs', 0.99));
  table.add('  CPU ms a reset, with database', (m) => cpuMsEach(m.resets));
  table.add('request to mail, one client, p50 ms', (m) => percentileOf(m.latency, 'mailMs', 0.5), 60);
  table.add('  p99 ms', (m) => percentileOf(m.latency, 'mailMs', 0.99));
  table.add('  with 50 ms rest between, p50 ms', (m) => percentileOf(m.restedLatency, 'mailMs', 0.5));
  table.add('  with 50 ms rest between, p99 ms', (m) => percentileOf(m.restedLatency, 'mailMs', 0.99));
  table.addRate('sign-ins/s (c=16)', (m) => m.signIns, 0.8);
  table.add('  p50 ms', (m) => percentileOf(m.signIns, 'httpMs', 0.5));
  table.add('  p99 ms', (m) => percentileOf(m.signIns, 'httpMs', 0.99));
  table.add('memory of the process tree, idle, MB PSS', (m) => m.idleMegabytes);
  table.add('  after load, MB PSS', (m) => m.busyMegabytes);
  table.add('  processes', (m) => m.processes);
  table.add('CPU when idle, %', (m) => m.idleCpuPercent);
  table.add('first start, empty data folder, s', (m) => m.firstStartSeconds);
  table.add('second start, s', (m) => m.secondStartSeconds);
  return [
    report.machine,
    'Load, servers, databases and SMTP sink share these cores: compare ratios, absolute figures do not travel.',
    `Other programs took ${report.othersPercent.toFixed(0)} % of the cores during the rounds.`,
    '',
    table.render(),
    ...faults(report),
    ...report.floods.flatMap(floodLines),
    ...(report.workers ? workersLines(report.workers) : []),
    ...report.fairness.flatMap(fairnessLines),
    ...floorLines(report),
  ].join('\n');
}

function faults(report: Report): string[] {
  return [report.limit, report.product].flatMap((measured, index) => {
    if (!measured) return [];
    const { resets, latency, restedLatency, signIns } = measured;
    const runs = [...resets, ...latency, ...restedLatency, ...signIns];
    const refused = runs.flatMap((run) => run.refused);
    const lost = runs.reduce((sum, run) => sum + run.lost, 0);
    const duplicates = runs.reduce((sum, run) => sum + run.duplicates, 0);
    if (refused.length + lost + duplicates === 0) return [];
    const statuses = refused.length > 0 ? ` (${[...new Set(refused)].join(', ')})` : '';
    const name = index === 0 ? 'limit' : 'product';
    return [
      `${name}: ${refused.length} not 2xx${statuses}, ${lost} mails missing, ${duplicates} mails twice`,
    ];
  });
}

function floodLines({ at, knownMs, knownRefused, liveMs, answers }: Flood): string[] {
  const counts = Object.entries(answers).map(([status, count]) => `${count} times ${status}`);
  const answered = counts.length > 0 ? [`  the strangers were answered ${counts.join(', ')}`] : [];
  return [
    '',
    `${at === 'nothing' ? 'No stranger guesses' : `300 strangers guess at ${at} without a pause`} (median / p95 / longest, ms):`,
    `  a known device signs in, ${knownMs.length} times, ${knownRefused.length} refused: ${spreadUnder(knownMs, 1000)}`,
    `  /health/live, ${liveMs.length} times: ${spreadUnder(liveMs, 100)}`,
    ...answered,
  ];
}

function floorLines({ floors, limit }: Report): string[] {
  if (floors.length === 0) return [];
  const floor: Floor = {
    argon2: median(floors.map((round) => round.argon2)),
    transactions: median(floors.map((round) => round.transactions)),
    smtpSends: median(floors.map((round) => round.smtpSends)),
  };
  // Both parts run on the same cores, so a reset cannot be faster than the two costs added up.
  const both = 1 / (1 / floor.transactions + 1 / floor.smtpSends);
  const signIns = rate(limit.signIns);
  const resets = rate(limit.resets);
  return [
    '',
    'The limit itself against the bare parts of its work:',
    `  sign-ins ${number(signIns)}/s of ${number(floor.argon2)} bare argon2id verifies/s: ${number(signIns / floor.argon2)}`,
    `  resets ${number(resets)}/s of ${number(floor.transactions)} bare 5-round-trip transactions/s: ${number(resets / floor.transactions)}`,
    `  resets ${number(resets)}/s of ${number(floor.smtpSends)} bare SMTP pool sends/s: ${number(resets / floor.smtpSends)}`,
    `  resets ${number(resets)}/s of ${number(both)} of both one after the other: ${number(resets / both)}`,
  ];
}
