import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Comparison } from './statistics.js';

/** What came out for two causes. */
export interface Verdict extends Comparison {
  cause: string;
  /** What only one of the two was answered. */
  words: string[];
  good: boolean;
  /** The first measurement, where it was not good. */
  retried?: Verdict;
}

/** The verdicts of every suite; kept in a file, a long run that was interrupted goes on where it was. */
export class Results {
  readonly #verdicts = new Map<string, Verdict[]>();

  constructor(private readonly file: string | undefined) {
    if (!file || !existsSync(file)) return;
    for (const [suite, verdicts] of JSON.parse(readFileSync(file, 'utf8')))
      this.#verdicts.set(suite, verdicts);
  }

  has(suite: string): boolean {
    return this.#verdicts.has(suite);
  }

  add(suite: string, verdicts: Verdict[]): void {
    this.#verdicts.set(suite, verdicts);
    if (this.file) writeFileSync(this.file, JSON.stringify([...this.#verdicts]));
    console.error(tableOf([[suite, verdicts]]));
  }

  get good(): boolean {
    return [...this.#verdicts.values()].flat().every(({ good }) => good);
  }

  table(): string {
    return tableOf([...this.#verdicts]);
  }

  /** In the form of vitest's JSON report, so that `.ci/sum.mjs` counts a cause as it counts a test. */
  writeReport(file: string): void {
    const assertionResults = [...this.#verdicts].flatMap(([suite, verdicts]) =>
      verdicts.map(({ cause, good }) => ({
        fullName: `timing: ${suite}: ${cause}`,
        status: good ? 'passed' : 'failed',
      })),
    );
    const status = this.good ? 'passed' : 'failed';
    writeFileSync(
      file,
      JSON.stringify({ testResults: [{ name: 'check:timing', status, assertionResults }] }),
    );
  }
}

function tableOf(suites: (readonly [string, Verdict[]])[]): string {
  const head = ['suite: first / second', 'n', 'median ms', 'differ', 'superiority', 'verdict'];
  const rows = suites.flatMap(([suite, verdicts]) => verdicts.flatMap((verdict) => rowsOf(suite, verdict)));
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)),
  );
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowsOf(suite: string, verdict: Verdict): string[][] {
  const { cause, n, medianMs, differenceMs, superiority, words, good, retried } = verdict;
  const said = words.length > 0 ? `other words: ${words.join(' | ')}` : good ? 'alike' : 'TOLD APART';
  const row = [
    `${suite}: ${cause}`,
    String(n),
    medianMs.map((ms) => ms.toFixed(2)).join(' / '),
    differenceMs.toFixed(2),
    superiority.toFixed(3),
    retried ? `${said} (measured again)` : said,
  ];
  return retried ? [...rowsOf(suite, retried), row] : [row];
}
