import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { KeyRing } from './key-ring.js';

// RFC 8410 §7: the fixed DER head of a PKCS #8 Ed25519 key; the 32-byte seed follows.
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

const signingKeys = new WeakMap<KeyRing, KeyObject>();

/** The key that verifies this installation's audit checkpoints, as PEM (SPKI); safe to publish. */
export function auditPublicKey(keys: KeyRing): string {
  return createPublicKey(signingKey(keys)).export({ type: 'spki', format: 'pem' }).toString();
}

/** Ed25519 signature (64 bytes, RFC 8032) by the current root's audit key. */
export function signAudit(keys: KeyRing, bytes: Uint8Array): Buffer {
  return sign(null, bytes, signingKey(keys));
}

/** Whether the signature over the bytes is by that key; false for a PEM that is no Ed25519 key. */
export function verifyAuditSignature(pem: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey(pem);
    // With another type of key Node would pick another algorithm.
    return key.asymmetricKeyType === 'ed25519' && verify(null, bytes, key, signature);
  } catch {
    return false;
  }
}

function signingKey(keys: KeyRing): KeyObject {
  const known = signingKeys.get(keys);
  if (known !== undefined) return known;
  const der = Buffer.concat([pkcs8Head, keys.derive('audit-signature')]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  signingKeys.set(keys, key);
  return key;
}
