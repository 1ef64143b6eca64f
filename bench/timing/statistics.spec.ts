import { describe, expect, it } from 'vitest';
import { alike, compare } from './statistics.js';
import { SUITES } from './suites.js';

const of = (first: number[], second: number[]) => compare(first, second).superiority;

describe('the superiority of one cause over another', () => {
  it('is one half for equal samples, all ties included', () => {
    expect(of([1, 2, 3, 4], [1, 2, 3, 4])).toBe(0.5);
    expect(of([7, 7, 7], [7, 7, 7])).toBe(0.5);
  });

  it('is one where every value is larger, and turns round with the causes', () => {
    expect(of([5, 6], [1, 2, 3])).toBe(1);
    expect(of([1, 2, 3], [5, 6])).toBe(0);
  });

  it('is the share of pairs in which the first is larger', () => {
    // 3 > 1, 3 > 2, 3 = 3 counts half, 1 = 1 counts half: 3 of 6.
    expect(of([1, 3], [1, 2, 3])).toBeCloseTo(3 / 6);
    expect(of([2, 4], [1, 3, 5])).toBeCloseTo(3 / 6);
    expect(of([4, 4], [1, 3, 5])).toBeCloseTo(4 / 6);
  });

  it('sees a shift that a few slow requests would hide from a mean', () => {
    const slow = [...Array.from({ length: 99 }, (_, at) => 10 + at / 1_000), 5_000];
    const shifted = Array.from({ length: 100 }, (_, at) => 10.2 + at / 1_000);
    expect(of(slow, shifted)).toBeCloseTo(0.01);
  });
});

describe('two causes are alike when neither ranks nor medians tell them apart', () => {
  const many = (from: number, step: number) => Array.from({ length: 400 }, (_, at) => from + at * step);
  const same = compare(many(1, 0.001), many(1, 0.001));

  it('however small the difference of the ranks', () => {
    expect(alike(same, 0.05)).toBe(true);
    expect(alike({ ...same, superiority: 0.56 }, 0.05)).toBe(false);
    expect(alike({ ...same, superiority: 0.44 }, 0.05)).toBe(false);
  });

  it('and medians five milliseconds apart, unless the noise explains as much', () => {
    expect(alike({ ...same, differenceMs: -5.1 }, 0.05)).toBe(false);
    expect(alike(compare(many(20, 0.01), many(25.5, 0.01)), 1)).toBe(false);
    // Over 400 ms, a median of 400 is known to within ten either way.
    const noisy = compare(many(20, 1), many(40, 1));
    expect(noisy.errorMs).toBeCloseTo(10.5 * Math.SQRT2, 0);
    expect(alike(noisy, 1)).toBe(true);
    expect(alike(compare(many(20, 1), many(120, 1)), 1)).toBe(false);
  });
});

describe('400 pairs within 0.06, measured twice, as .ci/run asks', () => {
  // The normal distribution's tail (Abramowitz and Stegun 26.2.17), good to seven digits.
  const tail = (z: number): number => {
    const t = 1 / (1 + 0.2316419 * z);
    const terms = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
    return (
      (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
      terms.reduce((sum, b, at) => sum + b * t ** (at + 1), 0)
    );
  };
  const [pairs, within] = [400, 0.06];
  const deviation = Math.sqrt((2 * pairs + 1) / (12 * pairs * pairs));

  it('give less than one false alarm in a thousand runs', () => {
    const comparisons = SUITES.reduce((sum, suite) => sum + suite.pairs.length, 0);
    const once = 2 * tail(within / deviation);
    expect(comparisons * once ** 2).toBeLessThan(0.001);
  });

  it('miss a superiority of 0.60 less than once in ten runs', () => {
    const caught = 1 - tail((0.1 - within) / deviation);
    expect(caught ** 2).toBeGreaterThan(0.9);
  });
});
