import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Rounds } from './rounds.js';

const SECOND = 1_000;

describe('rounds', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('never run twice at once, and go on after one that failed', async () => {
    let running = 0;
    let most = 0;
    let count = 0;
    const failures: unknown[] = [];
    const round = async () => {
      most = Math.max(most, (running += 1));
      count += 1;
      await new Promise((resolve) => setTimeout(resolve, 2.5 * SECOND));
      running -= 1;
      if (count === 1) throw new Error('the first one');
    };
    const rounds = new Rounds(round, {
      everyMilliseconds: SECOND,
      complain: (error) => failures.push(error),
    });
    rounds.start();
    await vi.advanceTimersByTimeAsync(10 * SECOND);
    expect({ most, count, failures: failures.length }).toEqual({ most: 1, count: 4, failures: 1 });
  });

  it('end with the round that is under way', async () => {
    let ended = false;
    const round = async () => {
      await new Promise((resolve) => setTimeout(resolve, SECOND));
      ended = true;
    };
    const rounds = new Rounds(round, { everyMilliseconds: SECOND, complain: () => undefined });
    rounds.start();
    await vi.advanceTimersByTimeAsync(1.5 * SECOND);
    const stopped = rounds.stop().then(() => ended);
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(await stopped).toBe(true);
    ended = false;
    await vi.advanceTimersByTimeAsync(10 * SECOND);
    expect(ended).toBe(false);
  });
});
