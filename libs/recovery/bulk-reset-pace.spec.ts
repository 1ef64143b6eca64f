import { describe, expect, it } from 'vitest';
import { mostInAStep, perMinute, secondsFor } from './bulk-reset-pace.js';

describe('the pace of a bulk reset', () => {
  it.each([0.001, 0.1, 1, 2.5, 1_000, 1_000_000])('is what is promised, times the factor %d', (factor) => {
    const rows = mostInAStep(factor);
    expect((rows * 60) / secondsFor(rows, factor)).toBeCloseTo(perMinute(factor), 6);
    expect(rows).toBeGreaterThanOrEqual(1);
    expect(rows).toBeLessThanOrEqual(50);
  });

  it('is five every five seconds unless told otherwise', () => {
    expect([mostInAStep(1), secondsFor(5, 1), secondsFor(2, 1)]).toEqual([5, 5, 2]);
  });
});
