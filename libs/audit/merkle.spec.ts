import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MerkleTree, PathFinder, rootByPath } from './merkle.js';

const hash = (...parts: (string | Buffer)[]) => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
};

/** RFC 6962 §2.1 word for word: split at the largest power of two below n. */
function slowRoot(leaves: readonly string[]): Buffer {
  if (leaves.length === 0) return hash();
  if (leaves.length === 1) return hash(Buffer.from([0]), leaves[0] as string);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return hash(Buffer.from([1]), slowRoot(leaves.slice(0, k)), slowRoot(leaves.slice(k)));
}

const grown = (leaves: readonly string[], tree = new MerkleTree()): MerkleTree => {
  for (const leaf of leaves) tree.add(leaf);
  return tree;
};
const leavesOf = (size: number) => Array.from({ length: size }, (_, index) => `leaf ${index}`);

describe('the tree', () => {
  it('has the roots that RFC 6962 defines', () => {
    expect(new MerkleTree().root.toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    for (let size = 0; size <= 70; size += 1) {
      expect(grown(leavesOf(size)).root).toEqual(slowRoot(leavesOf(size)));
    }
  });

  it('has the root that the test vectors of Certificate Transparency give for their eight leaves', () => {
    const leaves = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    const tree = new MerkleTree();
    for (const leaf of leaves) tree.add(Buffer.from(leaf, 'hex'));
    expect(tree.root.toString('hex')).toBe(
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    );
  });

  it('goes on from its edge as if it had never stopped', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 60 }), fc.nat(), (leaves, cut) => {
        const before = grown(leaves.slice(0, cut % (leaves.length + 1)));
        const after = grown(leaves.slice(before.size), MerkleTree.resume(before.size, before.edge));
        expect(after.root).toEqual(slowRoot(leaves));
        expect(after.size).toBe(leaves.length);
      }),
    );
    expect(() => MerkleTree.resume(3, Buffer.alloc(32))).toThrow(RangeError);
  });
});

describe('the path of one leaf', () => {
  const pathTo = (index: number, leaves: readonly string[]) => {
    const finder = new PathFinder();
    for (const [at, leaf] of leaves.entries()) finder.add(leaf, at === index);
    return finder.finish();
  };

  it('leads from that leaf, at that place, to the root', () => {
    for (let size = 1; size <= 40; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const path = pathTo(index, leavesOf(size));
        expect(rootByPath(`leaf ${index}`, { index, size }, path)).toEqual(slowRoot(leavesOf(size)));
        expect(path.length).toBeLessThanOrEqual(6);
      }
    }
  });

  it('leads elsewhere from another leaf, another place, or with another sibling', () => {
    const leaves = leavesOf(21);
    const root = slowRoot(leaves);
    const path = pathTo(9, leaves);
    const place = { index: 9, size: 21 };
    expect(rootByPath('leaf 8', place, path)).not.toEqual(root);
    expect(rootByPath('leaf 9', { index: 8, size: 21 }, path)).not.toEqual(root);
    expect(rootByPath('leaf 9', place, path.toReversed())).not.toEqual(root);
    expect(rootByPath('leaf 9', place, path.slice(1))).toBeNull();
    expect(rootByPath('leaf 9', { index: 21, size: 21 }, path)).toBeNull();
  });
});
