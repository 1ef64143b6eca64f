import { beforeEach, describe, expect, it } from 'vitest';
import { CircuitBreaker } from './circuit-breaker.js';

let now: number;
let breaker: CircuitBreaker;
beforeEach(() => {
  now = 1_000;
  breaker = new CircuitBreaker(
    () => now,
    () => 0,
  );
});

const fail = (times: number) => {
  for (let time = 0; time < times; time += 1) breaker.failed();
};
const knock = (good: boolean) => {
  now += breaker.restSeconds;
  expect(breaker.takeProbe()).toBe(true);
  breaker.probed(good);
};

describe('a circuit breaker', () => {
  it('opens at the third fault in a row, and at no number of them with successes between', () => {
    fail(2);
    breaker.succeeded();
    fail(2);
    expect(breaker.isOpen).toBe(false);
    fail(1);
    expect(breaker.isOpen).toBe(true);
  });

  it('is suspect for half a minute after one fault', () => {
    expect(breaker.isSuspect).toBe(false);
    fail(1);
    expect(breaker.isSuspect).toBe(true);
    now += 30;
    expect(breaker.isSuspect).toBe(false);
  });

  it('lets one probe through when its pause is over, and no second one beside it', () => {
    fail(3);
    expect([breaker.restSeconds, breaker.takeProbe()]).toEqual([5, false]);
    now += 5;
    expect([breaker.takeProbe(), breaker.takeProbe()]).toEqual([true, false]);
    breaker.probed(true);
    expect([breaker.isOpen, breaker.restSeconds, breaker.takeProbe()]).toEqual([false, 0, false]);
  });

  it('waits twice as long after each bad probe, up to a minute, and counts anew after a success', () => {
    fail(3);
    const pauses = [1, 2, 3, 4, 5, 6].map(() => {
      knock(false);
      return breaker.restSeconds;
    });
    expect(pauses).toEqual([10, 20, 40, 60, 60, 60]);
    knock(true);
    breaker.succeeded();
    fail(3);
    expect(breaker.restSeconds).toBe(5);
  });

  it('does not take a good probe for a success: what fails in earnest right after it waits longer', () => {
    fail(3);
    knock(true);
    fail(3);
    expect(breaker.restSeconds).toBe(10);
  });

  it('is closed by a mail that was under way when it opened, whatever its probe says later', () => {
    fail(3);
    now += 5;
    breaker.takeProbe();
    breaker.succeeded();
    breaker.probed(false);
    expect(breaker.isOpen).toBe(false);
  });
});
