import { cpus, loadavg } from 'node:os';
import { median, type Run } from '../measure.js';
import type { WritersRun } from './writers.js';

const bar = 25;

/** Resets over some practices: as the product is, and with an append that does nothing, round by round. */
export interface AuditCost {
  name: string;
  audited: Run[];
  silent: Run[];
}

const rate = (runs: Run[]) => median(runs.map(({ perSecond }) => perSecond)).toFixed(0);
const cpu = (runs: Run[]) => median(runs.map(({ cpuMsEach }) => cpuMsEach)).toFixed(2);

/** By the median of the rounds' ratios: neighbours in time share the machine's moods. */
function percentages({ audited, silent }: AuditCost): number[] {
  return audited.map(({ perSecond }, round) => {
    const without = silent[round]?.perSecond ?? Number.NaN;
    return 100 * (1 - perSecond / without);
  });
}

function costLines(cost: AuditCost): string[] {
  const percents = percentages(cost);
  const middle = median(percents);
  const spread = percents.map((percent) => percent.toFixed(0)).join(', ');
  const runs = [...cost.audited, ...cost.silent];
  const lost = runs.reduce((sum, run) => sum + run.lost + run.refused.length, 0);
  return [
    `resets/s over ${cost.name}: ${rate(cost.audited)} as it is, ${rate(cost.silent)} with an append that does nothing`,
    `  the trail costs ${middle.toFixed(1)} % (rounds: ${spread}); bar: at most ${bar} %: ${middle <= bar ? 'met' : 'MISSED'}`,
    `  CPU ms a reset, with database: ${cpu(cost.audited)} and ${cpu(cost.silent)}`,
    ...(lost > 0 ? [`  ${lost} resets were refused or their mails are missing`] : []),
  ];
}

/** The figures for people, with their bar. */
export function renderAudit(costs: AuditCost[], run: WritersRun): string {
  const { writers, written, perSecond, failed, gaps, intact } = run;
  const sound = gaps === 0 && intact && failed === 0;
  return [
    `${cpus().length} cores, load average ${loadavg()[0]?.toFixed(1)} at the end, Node ${process.version}`,
    ...costs.flatMap(costLines),
    `${writers} writers on one practice: ${written} events, ${perSecond.toFixed(0)}/s, ${failed} failed, ${gaps} gaps,`,
    `  chain and signatures ${intact ? 'intact' : 'BROKEN'}: ${sound ? 'met' : 'MISSED'}`,
  ].join('\n');
}
