import { randomBytes } from 'node:crypto';
import { sha256 } from './digest.js';

const SALT_BYTES = 16;

/** What stands for a value that may be erased: without the salt nobody can even try guesses against it. */
export interface Commitment {
  /** SHA-256(salt | value), base64. */
  digest: string;
  salt: Buffer;
}

export function commitTo(value: string): Commitment {
  const salt = randomBytes(SALT_BYTES);
  return { digest: sha256(salt, value).toString('base64'), salt };
}

/** Whether the digest was made of this value with this salt. */
export const isCommittedTo = (digest: string, salt: Uint8Array, value: string): boolean =>
  salt.length === SALT_BYTES && sha256(salt, value).toString('base64') === digest;
