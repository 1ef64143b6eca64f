import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '#runtime';
import { mustBeAcceptable, passwordFaults } from './password-rules.js';

const context = { names: ['Willow Street Dental', 'ada.byron', 'Ada Byron'] };
const faults = (password: string) => passwordFaults(password, context);

describe('a password', () => {
  it.each(['correct horse battery', 'a  b  c  d  e  f', 'пароль из слов ёж', '🔑🔐🗝️ keys and locks'])(
    'may be %j: no composition rules',
    (password) => expect(faults(password)).toEqual([]),
  );

  it('is measured in code points after NFKC, 15 to 128', () => {
    expect(faults('x7-qvut-bnmw-q')).toContain('too_short');
    expect(faults('🔑🔐🔏🔒🔓🔑🔐🔏🔒🔓🔑🔐🔏🔒')).toContain('too_short');
    expect(faults('🔑🔐🔏🔒🔓🔑🔐🔏🔒🔓🔑🔐🔏🔒🔓x')).not.toContain('too_short');
    expect(faults(`${'qz7 '.repeat(32)}q`)).toContain('too_long');
    expect(faults('ﬃ'.repeat(5))).not.toContain('too_short');
  });

  it.each([
    'password',
    'Password',
    'qwertyuiop',
    'passwordpassword',
    '1234512345123451234512345',
    'aaaaaaaaaaaaaaaa',
  ])('is not a common one, alone or repeated: %s', (password) =>
    expect(faults(password)).toContain('common'),
  );

  it.each([
    'willow-street-dental-1',
    'my name is ADA.BYRON',
    'by r o n by r o n x x',
    'latchkey-latchkey-latchkey',
    'l.a.t.c.h.k.e.y forever',
    'ＷＩＬＬＯＷ trees are green',
  ])('does not contain the practice, the user or the product: %s', (password) => {
    expect(faults(password)).toContain('contains_context');
  });

  it('may contain short words of the names, which are part of too many good ones', () => {
    expect(faults('ada likes long walks')).toEqual([]);
  });

  it('is rejected with every reason and never repeated', () => {
    try {
      mustBeAcceptable('latchkey', '/newPassword', context);
      expect.unreachable();
    } catch (error) {
      const problem = error as Problem;
      expect(problem).toBeInstanceOf(Problem);
      expect(problem.code).toBe('password_rejected');
      expect(problem.errors?.map(({ code }) => code)).toEqual(['too_short', 'contains_context']);
      expect(problem.errors?.every(({ pointer }) => pointer === '/newPassword')).toBe(true);
    }
  });

  it('that is no Unicode text is rejected', () => {
    expect(() => mustBeAcceptable(`\ud800${'x1y2'.repeat(5)}`, '/newPassword', context)).toThrow(Problem);
  });

  it('is judged in bounded time whatever is sent', () => {
    const started = performance.now();
    fc.assert(
      fc.property(fc.string({ maxLength: 4096 }), (password) => void faults(password)),
      { numRuns: 200 },
    );
    faults('ab'.repeat(2048));
    faults(`${'a'.repeat(4095)}b`);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
