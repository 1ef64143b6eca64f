import { type Argon2Threads, unmatchablePhc } from './argon2-threads.js';
import { openText, sealedKeyId, sealText } from './envelope.js';
import type { KeyRing } from './key-ring.js';

/** Whose text a stored hash is of; a hash moved to another owner or use never verifies. */
export interface Owner {
  practiceId: string;
  userId: string;
  use: 'password' | 'security-answer';
}

const nobody: Owner = { practiceId: 'nobody', userId: 'nobody', use: 'password' };

/**
 * Protects passwords and security answers: argon2id of the NFKC text, the result wrapped with the pepper
 * key (AES-256-GCM). Wrapping, not hashing, lets the pepper rotate without the person (`sealAnew`).
 */
export class PasswordHash {
  readonly #threads: Argon2Threads;
  readonly #keys: KeyRing;
  readonly #decoyPhc = unmatchablePhc();
  readonly #decoy: string;

  constructor(threads: Argon2Threads, keys: KeyRing) {
    this.#threads = threads;
    this.#keys = keys;
    this.#decoy = this.seal(this.#decoyPhc, nobody);
  }

  /** The form to store: `kid.base64url(nonce ‖ ciphertext ‖ tag)`. */
  async protect(plain: string, owner: Owner): Promise<string> {
    return this.seal(await this.#threads.hash(prepared(plain)), owner);
  }

  /**
   * Whether this is the owner's text. Exactly one argon2id in every case: for a missing, foreign or damaged
   * stored form it runs against a hash that nothing matches, so that the time does not tell (ASVS 6.3.8).
   */
  async verify(plain: string, stored: string | null, owner: Owner): Promise<boolean> {
    // Without a stored form a decoy is opened, so that not even the microseconds of decryption differ.
    const phc = stored === null ? this.#open(this.#decoy, nobody) : this.#open(stored, owner);
    const matches = await this.#threads.verify(phc ?? this.#decoyPhc, prepared(plain));
    return matches && stored !== null && phc !== null;
  }

  /** Wraps a PHC string that was computed before, for the seeder; TypeError if it is not argon2id. */
  seal(phc: string, owner: Owner): string {
    if (!phc.startsWith('$argon2id$')) throw new TypeError('only an argon2id PHC string can be sealed');
    return sealText(this.#keys, 'password-pepper', context(owner), phc);
  }

  /** The same hash under the current root; null where it is under that already, or nothing opens it. */
  sealAnew(stored: string, owner: Owner): string | null {
    if (sealedKeyId(stored) === this.#keys.currentId) return null;
    const phc = this.#open(stored, owner);
    return phc === null ? null : this.seal(phc, owner);
  }

  /** Whether two stored forms are of one hash: the same text, or one of them sealed anew. */
  isSame(one: string, other: string, owner: Owner): boolean {
    if (one === other) return true;
    const phc = this.#open(one, owner);
    return phc !== null && phc === this.#open(other, owner);
  }

  #open(stored: string, owner: Owner): string | null {
    return openText(this.#keys, 'password-pepper', context(owner), stored);
  }
}

function context({ use, practiceId, userId }: Owner): string[] {
  return [use, practiceId, userId];
}

// SP 800-63B-4 §3.1.1.2 asks for NFKC; ASVS 6.2.8 forbids anything more.
function prepared(plain: string): string {
  return plain.normalize('NFKC');
}
