import { median } from '../measure.js';

/** How two causes compare: `superiority` is the chance that a request of the first takes longer than one of the second. */
export interface Comparison {
  n: number;
  medianMs: readonly [first: number, second: number];
  differenceMs: number;
  /** The standard error of the difference: what chance alone makes of it. */
  errorMs: number;
  superiority: number;
}

/**
 * Mann–Whitney's U divided by the number of all pairs, ties counting half: one half when nothing tells two
 * causes apart, whatever the shape of the noise; a mean or a t-test would hang on a few slow requests.
 */
function superiority(first: readonly number[], second: readonly number[]): number {
  const all = [...first.map((value) => ({ value, mine: 1 })), ...second.map((value) => ({ value, mine: 0 }))];
  all.sort((a, b) => a.value - b.value);
  let ranks = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end += 1;
    const tied = all.slice(start, end).reduce((sum, { mine }) => sum + mine, 0);
    // Ranks are counted from one; equal values share the mean of theirs.
    ranks += (tied * (start + 1 + end)) / 2;
    start = end;
  }
  return (ranks - (first.length * (first.length + 1)) / 2) / (first.length * second.length);
}

/**
 * Of a median, whatever the shape of the noise: half of what lies between the values one standard deviation of its
 * rank to either side, which is half the root of their number.
 */
function errorOfMedian(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [middle, deviation] = [(sorted.length - 1) / 2, Math.sqrt(sorted.length) / 2];
  const [below, above] = [sorted[Math.floor(middle - deviation)], sorted[Math.ceil(middle + deviation)]];
  return below === undefined || above === undefined ? Number.POSITIVE_INFINITY : (above - below) / 2;
}

export function compare(first: readonly number[], second: readonly number[]): Comparison {
  const medianMs = [median([...first]), median([...second])] as const;
  return {
    n: Math.min(first.length, second.length),
    medianMs,
    differenceMs: medianMs[0] - medianMs[1],
    errorMs: Math.hypot(errorOfMedian(first), errorOfMedian(second)),
    superiority: superiority(first, second),
  };
}

/** By so many standard errors two medians differ by chance once in 100,000 comparisons. */
const BY_CHANCE = 4.5;

/**
 * Whether the superiority lies within `margin` of one half, and the medians within `milliseconds`. On a slow machine
 * the medians of a few hundred sign-ins are less sure than that: what chance makes of them is nobody's clue.
 */
export function alike(
  { superiority: chance, differenceMs, errorMs }: Comparison,
  margin: number,
  milliseconds = 5,
): boolean {
  return (
    Math.abs(chance - 0.5) <= margin && Math.abs(differenceMs) <= Math.max(milliseconds, BY_CHANCE * errorMs)
  );
}
