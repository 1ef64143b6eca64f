import { describe, expect, it } from 'vitest';
import { safeError } from './logger.js';

const CANARY = 'canary-W8ZHN';

describe('an error in the log', () => {
  it('says what failed and where', () => {
    const { type, message, stack } = safeError(new TypeError('The relay stopped'));
    expect({ type, message }).toEqual({ type: 'TypeError', message: 'The relay stopped' });
    expect(stack).toMatch(/^\s+at /);
  });

  it('carries nothing that a driver hangs on it', () => {
    const error = Object.assign(new Error('duplicate key value'), {
      code: '23505',
      query: `insert into users values ('${CANARY}')`,
      parameters: [CANARY],
      detail: `Key (username)=(${CANARY}) already exists.`,
      cause: new Error(CANARY),
    });
    const logged = safeError(error);
    expect(JSON.stringify(logged)).not.toContain(CANARY);
    expect(logged['code']).toBe('23505');
  });

  it('keeps the first line of a message only, and bounds it', () => {
    const { message, stack } = safeError(new Error(`syntax error\n${CANARY}\n    at ${'x'.repeat(9)}`));
    expect(message).toBe('syntax error');
    expect(stack).not.toContain(CANARY);
    expect(String(safeError(new Error('x'.repeat(9_000)))['message']).length).toBeLessThanOrEqual(500);
  });

  it.each([
    ['a string', CANARY],
    ['null', null],
    ['an object', { password: CANARY }],
  ])('that is %s tells its type only', (_, thrown) =>
    expect(safeError(thrown)).toEqual({ type: typeof thrown }),
  );

  it('is still an error when a library wrapped it', () => {
    expect(safeError({ name: 'Wrapped', message: 'gone', query: CANARY })).toEqual({
      type: 'Wrapped',
      message: 'gone',
      stack: '',
    });
  });
});
