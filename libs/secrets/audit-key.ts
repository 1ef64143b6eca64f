import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { AuditPublicKey } from './audit-public-key.js';
import { openText, sealedKeyId, sealText } from './envelope.js';
import { type KeyRing, KeyRingError } from './key-ring.js';

// RFC 8410 §7: the fixed DER head of a PKCS #8 Ed25519 key; the 32-byte seed follows.
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const SEED_BYTES = 32;
const CONTEXT = ['installation'];

/**
 * Signs the installation's audit trail. Made once and kept sealed, not derived from a root: the key that
 * auditors hold stays the same however often the roots are rotated.
 */
export class AuditKey {
  readonly public: AuditPublicKey;
  readonly #seed: Buffer;
  readonly #key: KeyObject;

  private constructor(seed: Buffer) {
    this.#seed = seed;
    this.#key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
    const der = createPublicKey(this.#key).export({ type: 'spki', format: 'der' });
    this.public = AuditPublicKey.of(der.subarray(-SEED_BYTES)) as AuditPublicKey;
  }

  static generate(): AuditKey {
    return new AuditKey(randomBytes(SEED_BYTES));
  }

  /** @throws KeyRingError when it was sealed under a root that is not on the ring any more. */
  static open(keys: KeyRing, sealed: string): AuditKey {
    const seed = openText(keys, 'audit-key', CONTEXT, sealed);
    if (seed === null)
      throw new KeyRingError('no root on the ring opens the audit key: put the old one back');
    return new AuditKey(Buffer.from(seed, 'base64'));
  }

  /** For storing, under the current root. */
  seal(keys: KeyRing): string {
    return sealText(keys, 'audit-key', CONTEXT, this.#seed.toString('base64'));
  }

  /** Whether the stored form still hangs on a root that has been replaced. */
  static isStale(keys: KeyRing, sealed: string): boolean {
    return sealedKeyId(sealed) !== keys.currentId;
  }

  /** Signs lines of text, as c2sp.org/signed-note says: the text, an empty line, the signature's line. */
  sign(text: string): string {
    const signature = sign(null, Buffer.from(text, 'utf8'), this.#key);
    return `${text}\n${this.public.signatureLine(signature)}`;
  }
}
