import { expect, test } from 'vitest';
import { keyedDigest } from './digest.js';
import { sealDigestKeys, useDigestKeys } from './digest-keys.js';
import { KeyRing } from './key-ring.js';

const [k1, k2, k3] = ['k1', 'k2', 'k3'].map((id) => KeyRing.generate().replace('k1', id)) as [
  string,
  string,
  string,
];
const digestOf = (keys: KeyRing) => keyedDigest(keys, 'decoy', 'practice', 'name').toString('hex');

test('digests outlive the root they were first made with', () => {
  const first = KeyRing.parse(k1);
  const digest = digestOf(first);
  const kept = sealDigestKeys(first);

  const rotated = KeyRing.parse(`${k2},${k1}`);
  expect(digestOf(rotated)).not.toBe(digest);
  expect(useDigestKeys(rotated, kept)).toBe('seal again');
  expect(digestOf(rotated)).toBe(digest);

  const retired = KeyRing.parse(`${k3},${k2}`);
  expect(useDigestKeys(retired, kept)).toBeNull();
  expect(useDigestKeys(retired, sealDigestKeys(rotated))).toBe('seal again');
  expect(digestOf(retired)).toBe(digest);
  expect(useDigestKeys(retired, sealDigestKeys(retired))).toBe('current');
});

test('kept keys are each purpose’s own, and readable by this installation alone', () => {
  const keys = KeyRing.parse(k1);
  const before = keyedDigest(keys, 'account-digest', 'x');
  const kept = sealDigestKeys(keys);
  expect(useDigestKeys(keys, kept)).toBe('current');
  expect(keyedDigest(keys, 'account-digest', 'x')).toEqual(before);
  expect(keyedDigest(keys, 'account-digest', 'x')).not.toEqual(keyedDigest(keys, 'address-digest', 'x'));
  expect(useDigestKeys(KeyRing.parse(KeyRing.generate()), kept)).toBeNull();
  expect(useDigestKeys(keys, `${kept.slice(0, -1)}_`)).toBeNull();
});
