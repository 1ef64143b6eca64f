import type { Operation, Wish } from './history.js';
import { accepted } from './history.js';
import type { Backend } from './installation.js';
import { INVARIANTS, type InvariantName } from './invariants/invariant.js';
import type { Mishap } from './mishaps.js';
import type { Judgement } from './run.js';

/** One run with everything that its report tells. */
export interface ReportedRun extends Judgement {
  backend: Backend;
  seed: number;
  minutes: number;
  perSecond: number;
  happened: ReadonlyMap<Mishap, number>;
}

const MOST_TOLD = 20;
const NAMES: Record<Backend, string> = { postgres: 'PostgreSQL', redis: 'Redis' };

/** What a run did and checked, as the section of a Markdown page. */
export function reportOf(run: ReportedRun): string {
  const { backend, seed, minutes, perSecond, happened, evidence, looks, violations, warnings } = run;
  const { operations, journal, records, trails, probes, recovery, load } = evidence;
  const mailed = new Set(journal.map(({ deliveryId }) => deliveryId)).size;
  const events = trails.reduce((sum, trail) => sum + trail.events.length, 0);
  const figures = [
    [
      'Asked by clients, those tried at the end included, accepted of all',
      `${count(operations, accepted)} of ${operations.length}`,
    ],
    ['of these asked more than once', `${count(operations, ({ attempts }) => attempts > 1)}`],
    ['given up: nobody answered for a minute and a half', `${count(operations, ({ gaveUp }) => gaveUp)}`],
    ['never begun: 400 waited for an answer', `${load.skipped} of ${load.due}`],
    [
      'resets accepted a second, faults included',
      (count(operations, resetAccepted) / (minutes * 60)).toFixed(1),
    ],
    ['Resets in the database', `${records.resets.length}`],
    ['Mails taken by the mail server, different ones', `${journal.length}, ${mailed}`],
    ['whose 250 never arrived', `${journal.filter(({ confirmed }) => !confirmed).length}`],
    [
      'Audit events, trails that verify',
      `${events}, ${trails.filter(({ intact }) => intact).length} of ${trails.length}`,
    ],
    ['Looks at the live credentials during the run', `${looks}`],
    ['Violations seen at the first look, gone at the second', `${warnings.length}`],
    ['Credentials and sessions tried at the end', `${probes.length}`],
    ['Back to nothing waiting, of at most', `${recovery.neededSeconds} s, ${recovery.boundSeconds} s`],
  ];
  return [
    `### ${NAMES[backend]}, ${minutes} minutes at ${perSecond} requests a second, seed ${seed}`,
    '',
    table(
      ['what happened', 'times'],
      [...happened]
        .toSorted(([one], [other]) => one.localeCompare(other))
        .map(([what, times]) => [what, `${times}`]),
    ),
    '',
    table(['figure', ''], figures),
    '',
    table(['must hold', 'violations'], verdicts(violations.map(({ invariant }) => invariant))),
    '',
    ...violations.slice(0, MOST_TOLD).map(({ invariant, what }) => `- ${invariant}: ${what}`),
    ...warnings
      .slice(0, MOST_TOLD)
      .map(({ invariant, what }) => `- seen at the first look, gone at the second: ${invariant}: ${what}`),
  ].join('\n');
}

const PERSISTENT: ReadonlySet<Wish> = new Set(['administrator-reset', 'self-service-reset']);
const resetAccepted = (operation: Operation): boolean =>
  PERSISTENT.has(operation.wish) && accepted(operation);

const count = (operations: readonly Operation[], which: (operation: Operation) => boolean): number =>
  operations.filter(which).length;

const verdicts = (found: readonly InvariantName[]): string[][] =>
  Object.entries(INVARIANTS).map(([name, sentence]) => [
    `${name} ${sentence}`,
    `${found.filter((one) => one === name).length}`,
  ]);

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** In the form in which `.ci/sum.mjs` reads vitest's reports: one test for each invariant and backend. */
export function countedResults(runs: readonly ReportedRun[], failure: Error | null): object {
  const judged = runs.flatMap(({ backend, violations }) =>
    Object.keys(INVARIANTS).map((name) => ({
      fullName: `chaos: ${name} with the queue in ${NAMES[backend]}`,
      status: violations.some(({ invariant }) => invariant === name) ? 'failed' : 'passed',
    })),
  );
  const broken = failure ? [{ fullName: `chaos: ${failure.message}`, status: 'failed' }] : [];
  const assertionResults = [...judged, ...broken];
  const status = assertionResults.some((one) => one.status === 'failed') ? 'failed' : 'passed';
  return { testResults: [{ name: 'test/chaos/main.ts', status, assertionResults }] };
}
