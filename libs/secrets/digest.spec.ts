import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hmac, keyedDigest, lengthPrefixed, sha256 } from './digest.js';
import { KeyRing } from './key-ring.js';

const keys = KeyRing.parse(KeyRing.generate());

test('HMAC-SHA-256 gives the second vector of RFC 4231', () => {
  expect(hmac(Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?')).toString('hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

test('sha256 hashes the plain concatenation', () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(sha256('a', Buffer.from('bc')).toString('hex')).toBe(abc);
});

test('two lists of parts have the same bytes only if they are the same list', () => {
  const list = fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 });
  fc.assert(
    fc.property(list, list, (left, right) => {
      const same = JSON.stringify(left) === JSON.stringify(right);
      expect(lengthPrefixed(...left).equals(lengthPrefixed(...right))).toBe(same);
    }),
  );
  expect(keyedDigest(keys, 'decoy', 'ab', 'c')).not.toEqual(keyedDigest(keys, 'decoy', 'a', 'bc'));
});

test('a digest depends on the purpose and on the installation', () => {
  const other = KeyRing.parse(KeyRing.generate());
  expect(keyedDigest(keys, 'address-digest', 'x')).toHaveLength(32);
  expect(keyedDigest(keys, 'address-digest', 'x')).toEqual(keyedDigest(keys, 'address-digest', 'x'));
  expect(keyedDigest(keys, 'address-digest', 'x')).not.toEqual(keyedDigest(keys, 'account-digest', 'x'));
  expect(keyedDigest(keys, 'address-digest', 'x')).not.toEqual(keyedDigest(other, 'address-digest', 'x'));
});
