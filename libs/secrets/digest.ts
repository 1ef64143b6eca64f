import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { DigestPurpose, KeyRing } from './key-ring.js';

/** Joins parts so that no two different lists give the same bytes: each part follows its length. */
export function lengthPrefixed(...parts: (Uint8Array | string)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** HMAC-SHA-256, 32 bytes. */
export function hmac(key: Uint8Array, message: Uint8Array): Buffer {
  return createHmac('sha256', key).update(message).digest();
}

/**
 * A 32-byte digest that only this installation can compute, for values that must be compared but not
 * read or guessed (an address, an account name). It stays the same when the roots rotate.
 */
export function keyedDigest(keys: KeyRing, purpose: DigestPurpose, ...parts: string[]): Buffer {
  return hmac(keys.digestKey(purpose), lengthPrefixed(...parts));
}

/** SHA-256 of the parts one after the other; the caller sees to it that they cannot be cut differently. */
export function sha256(...parts: (Uint8Array | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** SHA-256 of what goes by piece after piece. */
export const runningSha256 = (): { update(part: Uint8Array | string): unknown; digest(): Buffer } =>
  createHash('sha256');

/** Whether somebody knows a secret text; takes as long for a good guess as for a bad one. */
export const isSameText = (given: string, secret: string): boolean =>
  timingSafeEqual(sha256(given), sha256(secret));
