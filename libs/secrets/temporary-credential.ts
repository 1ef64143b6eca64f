import { randomBytes, timingSafeEqual } from 'node:crypto';
import { CROCKFORD, readCrockford } from '#contract';
import { hmac, lengthPrefixed } from './digest.js';
import type { KeyRing } from './key-ring.js';
import { Secret } from './secret.js';

const nonceBytes = 16;
const symbols = 26;
const canonicalPattern = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const decoyText = '0'.repeat(symbols);
const decoyId = '00000000-0000-0000-0000-000000000000';

/** Whose credential it is; ids of one practice, one user, one credential row. */
export interface CredentialSubject {
  practiceId: string;
  userId: string;
  credentialId: string;
}

/** What the row keeps of a credential, enough to check it and not enough to know it. */
export interface CredentialRow extends CredentialSubject {
  keyId: string;
  verifier: Uint8Array;
}

/** 128 random bits that make a credential unlike any other of the same user. */
export function newNonce(): Buffer {
  return randomBytes(nonceBytes);
}

/**
 * Computes a temporary credential: 130 bits as 26 Crockford symbols in groups. The same row always gives
 * the same one, so that a retry sends the identical mail. Throws KeyRingError for an unknown epoch.
 */
export function deriveCredential(
  keys: KeyRing,
  seed: CredentialSubject & { nonce: Uint8Array; epoch: string },
): Secret {
  if (seed.nonce.length !== nonceBytes) throw new RangeError('a credential nonce has 16 bytes');
  const message = lengthPrefixed(seed.practiceId, seed.userId, seed.credentialId, seed.nonce);
  const text = encode(hmac(keys.derive('credential-issue', seed.epoch), message));
  return new Secret([0, 5, 10, 15].map((at) => text.slice(at, at + 5)).join('-') + `-${text.slice(20)}`);
}

/**
 * What a person typed, as the 26 symbols it stands for; null when it cannot be a credential.
 * Case, spaces, hyphens and look-alikes (I, L for 1; O for 0) are forgiven: 130 bits can afford it.
 */
export const normaliseCredential = (typed: string): string | null => readCrockford(typed, symbols);

/**
 * The 32-byte keyed verifier stored instead of the credential. Takes the normalised form only
 * (TypeError otherwise), so that the grouped form cannot give a verifier that nothing ever matches.
 */
export function credentialVerifier(
  keys: KeyRing,
  subject: CredentialSubject & { keyId: string },
  normalised: string,
): Buffer {
  if (!canonicalPattern.test(normalised)) throw new TypeError('the credential is not in its normalised form');
  const { practiceId, userId, credentialId } = subject;
  const message = lengthPrefixed('temp/v1', practiceId, userId, credentialId, normalised);
  // At 130 bits a fast keyed hash is enough (ASVS 6.5.2, SP 800-63B-4 §3.1.2.2).
  return hmac(keys.derive('credential-verify', subject.keyId), message);
}

/**
 * Whether what was typed is this row's credential. Without a row, for text that cannot be one, and for a
 * retired root it does the same work and says no, so that the answer's time does not tell (ASVS 6.3.8).
 */
export function credentialMatches(keys: KeyRing, row: CredentialRow | null, typed: string): boolean {
  const normalised = normaliseCredential(typed);
  const usable = row !== null && keys.has(row.keyId) && row.verifier.length === 32;
  const subject = usable ? row : decoyRow(keys.currentId);
  const computed = credentialVerifier(keys, subject, normalised ?? decoyText);
  return timingSafeEqual(computed, subject.verifier) && usable && normalised !== null;
}

function decoyRow(keyId: string): CredentialRow {
  return { practiceId: decoyId, userId: decoyId, credentialId: decoyId, keyId, verifier: Buffer.alloc(32) };
}

/** The first 130 bits, most significant first, five to a symbol. */
function encode(bytes: Buffer): string {
  let text = '';
  let window = 0;
  let bits = 0;
  for (const byte of bytes) {
    window = ((window << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5 && text.length < symbols; bits -= 5) {
      text += CROCKFORD.charAt((window >>> (bits - 5)) & 31);
    }
  }
  return text;
}
