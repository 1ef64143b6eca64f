// The tree of the second verifier, written from docs/audit-format.md and the RFCs that it names.
import { createHash } from 'node:crypto';

export class Wrong extends Error {
  constructor(
    readonly from: number,
    readonly to: number,
    why: string,
  ) {
    super(why);
  }
}

export const hash = (...parts: (Buffer | string)[]): Buffer => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
};
export const ZERO = Buffer.from([0]);
export const ONE = Buffer.from([1]);

/** RFC 6962 §2.1, as it is written there. */
export function treeHash(leaves: Buffer[]): Buffer {
  if (leaves.length === 0) return hash();
  if (leaves.length === 1) return hash(ZERO, leaves[0] as Buffer);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return hash(ONE, treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

interface After {
  seq: number;
  hash: string;
  edge: string[];
}

/** The entries of one file: those it holds, after those that it only knows the tree of. */
export class Entries {
  readonly hashes: Buffer[] = [];
  readonly first: number;
  readonly #before: Buffer;
  /** Hashes of the parts of the tree that are known, by where they begin and how many leaves they have. */
  readonly #known = new Map<string, Buffer>();

  constructor(after: After | undefined) {
    this.first = after?.seq ?? 0;
    this.#before = after ? Buffer.from(after.hash, 'hex') : Buffer.alloc(32);
    const edge = [...(after?.edge ?? [])];
    let start = 0;
    for (let size = 2 ** 52; size >= 1; size /= 2) {
      if (Math.floor(this.first / size) % 2 === 0) continue;
      this.#known.set(`${start} ${size}`, Buffer.from(edge.shift() ?? '', 'base64'));
      start += size;
    }
    if (edge.length > 0 || [...this.#known.values()].some(({ length }) => length !== 32)) {
      throw new Wrong(0, 0, 'no tree of that size');
    }
  }

  get count(): number {
    return this.first + this.hashes.length;
  }

  get head(): Buffer {
    return this.hashes.at(-1) ?? this.#before;
  }

  /** Of the tree over what stands in other files. */
  get rootBefore(): Buffer {
    return this.first === 0 ? hash() : this.#part(0, this.first);
  }

  get root(): Buffer {
    return this.count === 0 ? hash() : this.#part(0, this.count);
  }

  /** RFC 6962 §2.1 again, going no deeper than what is known. */
  #part(start: number, size: number): Buffer {
    const known = this.#known.get(`${start} ${size}`);
    if (known) return known;
    if (size === 1) return hash(ZERO, this.hashes[start - this.first] as Buffer);
    let split = 1;
    while (split * 2 < size) split *= 2;
    return hash(ONE, this.#part(start, split), this.#part(start + split, size - split));
  }
}

/** RFC 9162 §2.1.3.2: the root that a path leads to. */
export function rootOfPath(leaf: Buffer, index: number, size: number, path: Buffer[]): Buffer | null {
  let [fn, sn, r] = [index, size - 1, hash(ZERO, leaf)];
  for (const p of path) {
    if (sn === 0) return null;
    if (fn % 2 === 1 || fn === sn) {
      r = hash(ONE, p, r);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else r = hash(ONE, r, p);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  return sn === 0 ? r : null;
}
