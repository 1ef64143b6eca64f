import { percentile } from './measure.js';

/** With three digits that mean something. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

/** Nothing of what was not measured. */
export function judgement(value: number, met: boolean): string {
  if (Number.isNaN(value)) return '';
  return met ? 'met' : 'MISSED';
}

/** Median, p95 and longest, and whether the p95 is below the bar. */
export function spreadUnder(values: number[], below: number): string {
  const high = percentile(values, 0.95);
  return `${spread(values)}  p95 < ${number(below)}: ${judgement(high, high < below)}`;
}

/** Median, p95 and longest. */
export const spread = (values: number[]): string =>
  [0.5, 0.95, 1].map((share) => number(percentile(values, share))).join(' / ');
