import type { Fairness } from './fairness.js';
import { judgement, number, spread, spreadUnder } from './figures.js';
import { percentile } from './measure.js';
import type { Workers } from './pace.js';

export function workersLines({ one, two }: Workers): string[] {
  const ratio = two / one;
  return [
    '',
    'The mail server answers in 100 ms, 8 connections a worker:',
    `  mails/s by one worker ${number(one)}, by two ${number(two)}: ${number(ratio)}  ratio >= 1.8: ${judgement(ratio, ratio >= 1.8)}`,
  ];
}

export function fairnessLines(fairness: Fairness): string[] {
  const { answerMs, rows, storedSeconds, usually, whileStored, afterwards } = fairness;
  const bar = 2 * percentile(usually.mailMs, 0.95) + 1000;
  const lines = [
    [`${rows} users of another practice are stored (${number(storedSeconds)} s)`, whileStored],
    ['once they are stored', afterwards],
  ] as const;
  return [
    '',
    `Single resets, request to mail, the mail server answers ${answerMs > 0 ? `in ${answerMs} ms` : 'at once'} (median / p95 / longest, ms):`,
    `  nothing else happens, ${usually.mailMs.length} resets: ${spread(usually.mailMs)}`,
    ...lines.map(
      ([label, { mailMs, welcomes }]) =>
        `  ${label}, ${mailMs.length} resets, ${welcomes} welcomes meanwhile: ${spreadUnder(mailMs, bar)}`,
    ),
  ];
}
