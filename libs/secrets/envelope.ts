import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { lengthPrefixed } from './digest.js';
import type { KeyPurpose, KeyRing } from './key-ring.js';

const algorithm = 'aes-256-gcm';
// 96 bits, always random: a counter that restarts reuses nonces (Krill CVE-2026-109140).
// SP 800-38D §8.3 allows 2^32 messages under one key with random nonces: rotate before.
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts under the current root; the text is `kid.base64url(nonce ‖ ciphertext ‖ tag)`.
 * It opens only with the same purpose and the same context.
 */
export function sealText(keys: KeyRing, purpose: KeyPurpose, context: string[], plain: string): string {
  const keyId = keys.currentId;
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, keys.derive(purpose), nonce, { authTagLength: tagBytes });
  cipher.setAAD(lengthPrefixed(...context, keyId));
  const body = [nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return `${keyId}.${Buffer.concat(body).toString('base64url')}`;
}

/** The text that was sealed, or null for anything else: never throws on what came from outside. */
export function openText(
  keys: KeyRing,
  purpose: KeyPurpose,
  context: string[],
  sealed: string,
): string | null {
  const keyId = sealedKeyId(sealed);
  if (!keys.has(keyId)) return null;
  const body = decodeBase64Url(sealed.slice(keyId.length + 1));
  if (body === null || body.length < nonceBytes + tagBytes) return null;
  const nonce = body.subarray(0, nonceBytes);
  const decipher = createDecipheriv(algorithm, keys.derive(purpose, keyId), nonce, {
    authTagLength: tagBytes,
  });
  decipher.setAAD(lengthPrefixed(...context, keyId));
  decipher.setAuthTag(body.subarray(-tagBytes));
  const plain = decipher.update(body.subarray(nonceBytes, -tagBytes));
  try {
    return Buffer.concat([plain, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

/** Id of the root a sealed text, or a device token, names; it may be on no ring. */
export function sealedKeyId(sealed: string): string {
  return sealed.slice(0, Math.max(0, sealed.indexOf('.')));
}

/** Strict base64url without padding; null where Node would skip a character or drop spare bits. */
export function decodeBase64Url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}
