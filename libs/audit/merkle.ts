import { sha256 } from '#secrets';

// The tree of RFC 6962 §2.1. Leaf and node hashes begin differently, so that neither passes for the other.
const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);
const HASH_BYTES = 32;

const leafHash = (leaf: Uint8Array | string): Buffer => sha256(LEAF, leaf);
const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256(NODE, left, right);

/** The root of no leaves at all. */
const EMPTY = sha256();

/** Grows leaf by leaf, and keeps only the roots of the perfect subtrees along its right edge. */
export class MerkleTree {
  #size = 0;
  readonly #edge: Buffer[] = [];

  /** Goes on where a tree of this size and edge had stopped. @throws RangeError when they do not belong together. */
  static resume(size: number, edge: Buffer): MerkleTree {
    const tree = new MerkleTree();
    tree.#edge.push(...subtreesOf(size, edge));
    tree.#size = size;
    return tree;
  }

  get size(): number {
    return this.#size;
  }

  /** What `resume` needs: 32 bytes for each one in the binary form of the size. */
  get edge(): Buffer {
    return Buffer.concat(this.#edge);
  }

  get root(): Buffer {
    const last = this.#edge.at(-1);
    return last ? this.#edge.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last) : EMPTY;
  }

  add(leaf: Uint8Array | string): void {
    let node = leafHash(leaf);
    for (let left = this.#size; left % 2 === 1; left = Math.floor(left / 2)) {
      node = nodeHash(this.#edge.pop() as Buffer, node);
    }
    this.#edge.push(node);
    this.#size += 1;
  }
}

/** Whether an edge belongs to a tree of this size: 32 bytes for each one in its binary form. */
export function isEdgeOf(size: number, edge: Buffer): boolean {
  let subtrees = 0;
  for (let left = size; left > 0; left = Math.floor(left / 2)) subtrees += left % 2;
  return edge.length === subtrees * HASH_BYTES;
}

function subtreesOf(size: number, edge: Buffer): Buffer[] {
  if (!isEdgeOf(size, edge)) throw new RangeError('This is no edge of that size');
  return Array.from({ length: edge.length / HASH_BYTES }, (_, index) =>
    edge.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
}

/**
 * Where a leaf's hash goes on its way to the root: at each level, on which side its sibling stands. A leaf
 * at the right edge of an incomplete tree has no sibling at some levels, and skips them.
 */
function* levels(index: number, size: number): Generator<'left' | 'right'> {
  for (let [at, last] = [index, size - 1]; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
    if (at % 2 === 1) yield 'left';
    else if (at < last) yield 'right';
  }
}

/** The root that a leaf's path leads to (RFC 6962 §2.1.1); null for a path of another length. */
export function rootByPath(
  leaf: Uint8Array | string,
  { index, size }: { index: number; size: number },
  path: readonly Buffer[],
): Buffer | null {
  const sides = index >= 0 && index < size ? [...levels(index, size)] : null;
  if (sides?.length !== path.length) return null;
  return sides.reduce((node, side, level) => {
    const sibling = path[level] as Buffer;
    return side === 'left' ? nodeHash(sibling, node) : nodeHash(node, sibling);
  }, leafHash(leaf));
}

/** Collects the path of one leaf while the leaves of its tree go by; memory grows with the path only. */
export class PathFinder {
  readonly #path: Buffer[] = [];
  /** Roots of the perfect subtrees along the right edge, and whether the leaf is below. */
  readonly #edge: { hash: Buffer; below: boolean }[] = [];
  #size = 0;

  /** Goes on after leaves that are known by their edge only: the sought one comes later. */
  static resume(size: number, edge: Buffer): PathFinder {
    const finder = new PathFinder();
    finder.#edge.push(...subtreesOf(size, edge).map((hash) => ({ hash, below: false })));
    finder.#size = size;
    return finder;
  }

  /** `sought` once, for the leaf whose path it is. */
  add(leaf: Uint8Array | string, sought: boolean): void {
    let node = { hash: leafHash(leaf), below: sought };
    for (let left = this.#size; left % 2 === 1; left = Math.floor(left / 2)) {
      node = this.#join(this.#edge.pop() as typeof node, node);
    }
    this.#edge.push(node);
    this.#size += 1;
  }

  /** Once the tree is complete. */
  finish(): Buffer[] {
    const last = this.#edge.at(-1);
    if (last) this.#edge.slice(0, -1).reduceRight((right, left) => this.#join(left, right), last);
    return this.#path;
  }

  #join(left: { hash: Buffer; below: boolean }, right: { hash: Buffer; below: boolean }) {
    if (left.below) this.#path.push(right.hash);
    if (right.below) this.#path.push(left.hash);
    return { hash: nodeHash(left.hash, right.hash), below: left.below || right.below };
  }
}
