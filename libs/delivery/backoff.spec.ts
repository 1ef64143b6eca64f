import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffSeconds } from './backoff.js';

describe('the pause before the next attempt', () => {
  it.each([
    [1, 5, 10],
    [2, 5, 20],
    [3, 5, 40],
    [8, 5, 900],
  ])('after attempt %d is %d to %d seconds', (attempts, least, most) => {
    expect(backoffSeconds(attempts, () => 0)).toBe(least);
    expect(backoffSeconds(attempts, () => 1)).toBe(most);
  });

  it('never exceeds a quarter of an hour, nor falls below five seconds', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, chance) => {
        const seconds = backoffSeconds(attempts, () => chance);
        expect(seconds).toBeGreaterThanOrEqual(5);
        expect(seconds).toBeLessThanOrEqual(900);
      }),
    );
  });

  it('spreads mails that the same outage held up', () => {
    const pauses = new Set(Array.from({ length: 100 }, () => backoffSeconds(6)));
    expect(pauses.size).toBeGreaterThan(90);
  });
});
