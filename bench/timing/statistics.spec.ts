import { describe, expect, it } from 'vitest';
import { alike, compare } from './statistics.js';

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

it('two causes are alike when neither ranks nor medians tell them apart', () => {
  const same = compare([1, 2, 3, 4], [1, 2, 3, 4]);
  expect(alike(same, 0.05)).toBe(true);
  expect(alike({ ...same, superiority: 0.56 }, 0.05)).toBe(false);
  expect(alike({ ...same, superiority: 0.44 }, 0.05)).toBe(false);
  expect(alike({ ...same, differenceMs: -5.1 }, 0.05)).toBe(false);
});
