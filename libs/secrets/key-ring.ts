import { hkdfSync, randomBytes } from 'node:crypto';

/** What a key is for. Each purpose has its own key, so a value made for one is worthless for another. */
export type KeyPurpose =
  | 'password-pepper'
  | 'credential-issue'
  | 'credential-verify'
  | 'ticket'
  | 'device'
  | 'cursor'
  | 'kept-answer'
  | 'kept-keys'
  | 'audit-key'
  | DigestPurpose;

/** Digests that are compared with those made years ago: their keys outlive every root (digest-keys.ts). */
export const DIGEST_PURPOSES = [
  'decoy',
  'address-digest',
  'account-digest',
  'limit-digest',
  'refusal-mac',
  'return-mac',
] as const;
export type DigestPurpose = (typeof DIGEST_PURPOSES)[number];

const rootBytes = 32;
const keyIdPattern = /^[a-z0-9-]{1,16}$/;

/** Says which rule the key text breaks; never repeats the text. */
export class KeyRingError extends Error {
  override readonly name = 'KeyRingError';
}

/** The installation's root keys (`LATCHKEY_KEYS`): the first one seals, all of them open. */
export class KeyRing {
  readonly #roots: ReadonlyMap<string, Buffer>;
  readonly #derived = new Map<string, Buffer>();
  #kept: ReadonlyMap<string, Buffer> = new Map();

  /** Id of the root that new values are made with. */
  readonly currentId: string;

  private constructor(roots: ReadonlyMap<string, Buffer>, currentId: string) {
    this.#roots = roots;
    this.currentId = currentId;
  }

  /** Reads `id:base64,id:base64` (32-byte roots, the first one current). Throws KeyRingError. */
  static parse(text: string): KeyRing {
    const roots = new Map<string, Buffer>();
    for (const entry of text.trim().split(',')) {
      const [id, root] = parseEntry(entry.trim());
      if (roots.has(id)) throw new KeyRingError('each key id may occur only once');
      if ([...roots.values()].some((other) => other.equals(root))) {
        throw new KeyRingError('each key id must have a root of its own');
      }
      roots.set(id, root);
    }
    const [currentId] = roots.keys();
    if (currentId === undefined) throw new KeyRingError('there must be at least one key');
    return new KeyRing(roots, currentId);
  }

  /** The text of a ring with one fresh root, id `k1`. */
  static generate(): string {
    return newRoot('k1');
  }

  /** The text of the ring with a fresh root in front of its own, which go on to open. Throws KeyRingError. */
  static rotate(text: string): { keyId: string; text: string } {
    const numbers = [...KeyRing.parse(text).#roots.keys()].map((id) =>
      Number(/^k(\d{1,9})$/.exec(id)?.[1] ?? 0),
    );
    const keyId = `k${Math.max(...numbers) + 1}`;
    return { keyId, text: `${newRoot(keyId)},${text.trim()}` };
  }

  /** The key of a digest: the one that was kept, or the current root's where nothing has been kept yet. */
  digestKey(purpose: DigestPurpose): Buffer {
    return this.#kept.get(purpose) ?? this.derive(purpose);
  }

  /** From now on digests are made with these keys, whatever root is current. */
  keep(keys: ReadonlyMap<DigestPurpose, Buffer>): void {
    this.#kept = keys;
  }

  /** Whether values that name this root can still be opened. */
  has(id: string): boolean {
    return this.#roots.has(id);
  }

  /**
   * The 32-byte key of a purpose: HKDF-SHA-256 (RFC 5869) of the root, no salt, the purpose as info.
   * The buffer is cached and shared: do not write to it. Throws KeyRingError for an unknown id.
   */
  derive(purpose: KeyPurpose, keyId: string = this.currentId): Buffer {
    const name = `${keyId}:${purpose}`;
    const known = this.#derived.get(name);
    if (known !== undefined) return known;
    const root = this.#roots.get(keyId);
    if (root === undefined) throw new KeyRingError('a stored value names a key id that is not on the ring');
    const key = Buffer.from(hkdfSync('sha256', root, '', purpose, 32));
    this.#derived.set(name, key);
    return key;
  }
}

const newRoot = (id: string): string => `${id}:${randomBytes(rootBytes).toString('base64')}`;

function parseEntry(entry: string): [id: string, root: Buffer] {
  const [id, base64, ...rest] = entry.split(':');
  if (id === undefined || base64 === undefined || rest.length > 0) {
    throw new KeyRingError('each key must be written id:base64');
  }
  if (!keyIdPattern.test(id)) {
    throw new KeyRingError('a key id must be 1 to 16 lower-case letters, digits or hyphens');
  }
  const root = Buffer.from(base64, 'base64');
  // Node skips what is not base64: only the round trip tells a root from a mistyped one.
  if (root.length !== rootBytes || root.toString('base64') !== base64) {
    throw new KeyRingError('a root must be the base64 text of exactly 32 bytes');
  }
  if (root.every((byte) => byte === root[0])) {
    throw new KeyRingError('a root must be random, not one byte repeated');
  }
  return [id, root];
}
