import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyRing } from './key-ring.js';
import { openJson, sealJson } from './sealed.js';

const old = KeyRing.generate();
const keys = KeyRing.parse(old);
const rotated = KeyRing.parse(`${KeyRing.generate().replace('k1', 'k2')},${old}`);

function paddedLength(username: string): number {
  return sealJson(keys, 'ticket', { username }, { padTo: 200 }).length;
}

describe('a sealed value', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, padded) => {
        const token = sealJson(keys, 'ticket', value, padded ? { padTo: 20_000 } : {});
        expect(JSON.stringify(openJson(keys, 'ticket', token))).toBe(JSON.stringify(value));
        expect(token).toMatch(/^k1\.[\w-]+$/);
      }),
    );
  });

  test('is never the same twice and shows nothing of its content', () => {
    const token = sealJson(keys, 'ticket', { username: 'maria' });
    expect(token).not.toBe(sealJson(keys, 'ticket', { username: 'maria' }));
    expect(Buffer.from(token.slice(3), 'base64url').toString('latin1')).not.toContain('maria');
  });

  test('opens for its own purpose only', () => {
    expect(openJson(keys, 'cursor', sealJson(keys, 'ticket', 1))).toBeNull();
    expect(openJson(keys, 'ticket', sealJson(keys, 'cursor', 1))).toBeNull();
  });

  test('opens for what it is bound to only, however that is cut into parts', () => {
    const token = sealJson(keys, 'cursor', 1, { boundTo: ['users', 'ab'] });
    expect(openJson(keys, 'cursor', token, ['users', 'ab'])).toBe(1);
    for (const other of [[], ['users'], ['users', 'ab', ''], ['usersa', 'b'], ['ab', 'users']]) {
      expect(openJson(keys, 'cursor', token, other)).toBeNull();
    }
  });

  test('is refused after any change of one character', () => {
    const token = sealJson(keys, 'ticket', { a: 1 });
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom('A', 'a', '0', '-', '_', '.', '=', '+', ' ', '\n'),
        (at, symbol) => {
          fc.pre(token[at] !== symbol);
          expect(openJson(keys, 'ticket', token.slice(0, at) + symbol + token.slice(at + 1))).toBeNull();
          expect(openJson(keys, 'ticket', token.slice(0, at))).toBeNull();
          expect(openJson(keys, 'ticket', token + symbol)).toBeNull();
        },
      ),
    );
  });

  test('any other text is refused without an exception', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary-ascii' }),
        (text) => openJson(keys, 'ticket', `k1.${text}`) === null,
      ),
    );
    fc.assert(fc.property(fc.string(), (text) => openJson(keys, 'ticket', text) === null));
  });

  test('outlives a rotation and dies with its root', () => {
    const token = sealJson(keys, 'ticket', 1);
    expect(openJson(rotated, 'ticket', token)).toBe(1);
    expect(openJson(keys, 'ticket', sealJson(rotated, 'ticket', 1))).toBeNull();
  });

  test('has one length whatever it holds, when padded', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 10 }),
        (name) => paddedLength(name) === paddedLength(''),
      ),
    );
    expect(() => paddedLength('x'.repeat(200))).toThrow(RangeError);
  });

  test('must have a JSON form', () => {
    expect(() => sealJson(keys, 'cursor', undefined)).toThrow(TypeError);
  });
});
