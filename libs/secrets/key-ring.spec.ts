import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyRing, KeyRingError } from './key-ring.js';

const root = (bytes: Iterable<number>) => Buffer.from([...bytes]).toString('base64');
const one = root(Array.from({ length: 32 }, (_, index) => index));
const two = root(Array.from({ length: 32 }, (_, index) => 255 - index));

function refusalOf(text: string): Error {
  try {
    KeyRing.parse(text);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the text was accepted');
}

describe('reading keys', () => {
  test('the first root is current and the others are still accepted', () => {
    const ring = KeyRing.parse(` new:${two}, old-1:${one}\n`);
    expect(ring.currentId).toBe('new');
    expect([ring.has('new'), ring.has('old-1'), ring.has('old'), ring.has('')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('a rotated ring has a fresh root in front, with an id of its own, and the old ones behind', () => {
    const first = KeyRing.generate();
    const second = KeyRing.rotate(first);
    expect(second).toEqual({ keyId: 'k2', text: expect.stringMatching(/^k2:\S+,k1:/) });
    expect(second.text.endsWith(`,${first}`)).toBe(true);
    const third = KeyRing.parse(
      KeyRing.rotate(`${KeyRing.generate().replace('k1', 'k7')},${second.text}`).text,
    );
    expect(third.currentId).toBe('k8');
    expect(['k1', 'k2', 'k7'].every((id) => third.has(id))).toBe(true);
    expect(KeyRing.rotate(first.replace('k1', 'elder')).keyId).toBe('k1');
    expect(() => KeyRing.rotate('k1:mistyped')).toThrow(KeyRingError);
  });

  test('a generated ring is readable and never the same twice', () => {
    expect(KeyRing.parse(KeyRing.generate()).currentId).toBe('k1');
    expect(KeyRing.generate()).not.toBe(KeyRing.generate());
  });

  test.each([
    ['nothing', ''],
    ['no id', one],
    ['an empty entry', `a:${one},`],
    ['a third part', `a:${one}:x`],
    ['an upper-case id', `A:${one}`],
    ['an id of 17 characters', `${'a'.repeat(17)}:${one}`],
    ['an id twice', `a:${one},a:${two}`],
    ['a root twice', `a:${one},b:${one}`],
    ['31 bytes', `a:${root(Array.from({ length: 31 }, (_, index) => index))}`],
    ['33 bytes', `a:${root(Array.from({ length: 33 }, (_, index) => index))}`],
    ['missing padding', `a:${one.replaceAll('=', '')}`],
    ['a stray character', `a:${one.slice(0, 9)}!${one.slice(9)}`],
    ['all zero', `a:${root(Array.from({ length: 32 }, () => 0))}`],
    ['one byte repeated', `a:${root(Array.from({ length: 32 }, () => 7))}`],
  ])('refuses %s, naming the rule and never the value', (_, text) => {
    const refusal = refusalOf(text);
    expect(refusal).toBeInstanceOf(KeyRingError);
    expect(refusal.message).toMatch(/must|only once/);
    for (const part of text.split(/[:,]/).filter((part) => part.length > 3)) {
      expect(inspect(refusal)).not.toContain(part);
    }
  });

  test('any text is either a ring or a KeyRingError', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => KeyRing.parse(text)).toThrow(KeyRingError);
      }),
    );
  });

  test('printing a ring shows no root', () => {
    const ring = KeyRing.parse(`a:${one}`);
    ring.derive('ticket');
    expect(inspect(ring, { showHidden: true, depth: 9 }) + JSON.stringify(ring)).toBe(
      `KeyRing { currentId: 'a' }{"currentId":"a"}`,
    );
  });
});

describe('deriving keys', () => {
  test('the derivation never changes, or nothing stored could be read', () => {
    const ring = KeyRing.parse(`a:${one}`);
    expect(ring.derive('password-pepper').toString('hex')).toBe(
      'a537acd56e407b79e7641cf9498ff9a40fe32924a0c92ef30058159d6d247ca2',
    );
  });

  test('each purpose and each root has a key of its own, always the same', () => {
    const ring = KeyRing.parse(`a:${one},b:${two}`);
    const keys = (['ticket', 'cursor', 'device', 'decoy'] as const).flatMap((purpose) => [
      ring.derive(purpose),
      ring.derive(purpose, 'b'),
    ]);
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(8);
    expect(keys.every((key) => key.length === 32)).toBe(true);
    expect(ring.derive('ticket', 'a')).toBe(ring.derive('ticket'));
    expect(KeyRing.parse(`b:${two}`).derive('ticket')).toEqual(ring.derive('ticket', 'b'));
  });

  test('an unknown id throws', () => {
    expect(() => KeyRing.parse(`a:${one}`).derive('ticket', 'b')).toThrow(KeyRingError);
  });
});
