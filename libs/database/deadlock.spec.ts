import { describe, expect, it } from 'vitest';
import { againAfterDeadlock } from './deadlock.js';

const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' });

/** A unit that fails in turn by each of these, then works. */
function failing(...errors: Error[]): { unit: () => Promise<string>; runs: () => number } {
  let runs = 0;
  const unit = async () => {
    runs += 1;
    const error = errors[runs - 1];
    if (error) throw error;
    return 'done';
  };
  return { unit, runs: () => runs };
}

describe('a unit of work that a deadlock has ended', () => {
  it('is carried out anew', async () => {
    const { unit, runs } = failing(deadlock, deadlock);
    expect(await againAfterDeadlock(unit)).toBe('done');
    expect(runs()).toBe(3);
  });

  it('fails in the end where each try meets another', async () => {
    const { unit, runs } = failing(...Array.from({ length: 9 }, () => deadlock));
    await expect(againAfterDeadlock(unit)).rejects.toBe(deadlock);
    expect(runs()).toBe(4);
  });

  it('is not repeated for any other failure', async () => {
    const refused = Object.assign(new Error('refused'), { code: '23505' });
    const { unit, runs } = failing(refused);
    await expect(againAfterDeadlock(unit)).rejects.toBe(refused);
    expect(runs()).toBe(1);
  });
});
