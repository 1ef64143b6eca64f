import { describe, expect, it } from 'vitest';
import { Problem } from './problem.js';

const fault = (pointer: string) => ({ pointer, code: 'invalid', message: 'is wrong' });

describe('a problem', () => {
  it('takes status, title and detail from the catalogue', () => {
    const problem = Problem.of('last_administrator');
    expect(problem).toMatchObject({ status: 409, title: 'A practice keeps at least one administrator' });
    expect(problem.detail).toBe(problem.message);
  });

  it('keeps its reason out of everything that is shown', () => {
    const problem = Problem.of('forbidden').because('lacks user:read');
    expect(problem.reason).toBe('lacks user:read');
    expect(`${problem.title} ${problem.detail} ${problem.message}`).not.toContain('user:read');
  });

  it('gathers the fields at fault', () => {
    const problem = Problem.of('validation_failed').at(fault('/a')).at(fault('/b'));
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/a', '/b']);
  });

  it.each([
    [0, 1],
    [-5, 1],
    [1.2, 2],
    [60, 60],
  ])('asks to come back in whole seconds, at least one: %d is %d', (asked, said) => {
    expect(Problem.of('overloaded').retryAfter(asked).retryAfterSeconds).toBe(said);
  });
});
