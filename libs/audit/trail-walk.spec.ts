import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuditKey } from '#secrets';
import { GENESIS, type Link, linkHash } from './chain.js';
import { checkpointText, originOf } from './checkpoint-text.js';
import { MerkleTree } from './merkle.js';
import { TrailWalk } from './trail-walk.js';

const key = AuditKey.generate();
const PRACTICE = '01a209b3-1c99-7e4c-870f-55b3a5aca9df';
const OTHER = '01a209b3-1c99-7e4c-870f-55b3a5aca9e0';

const chainOf = (bodies: readonly string[]): Link[] => {
  let before = GENESIS;
  return bodies.map((body, index) => {
    before = linkHash(before, index + 1, body);
    return { seq: index + 1, body, hash: before };
  });
};
const stateOf = (links: readonly Link[], practice = PRACTICE) => {
  const tree = new MerkleTree();
  for (const { hash } of links) tree.add(hash);
  return { origin: originOf(key.public.name, practice), size: tree.size, root: tree.root };
};
const noteOf = (links: readonly Link[], practice = PRACTICE, signer = key) =>
  signer.sign(checkpointText(stateOf(links, practice)));

/** What is wrong with links that are followed by a note after each given entry, or by none. */
const faultOf = (links: readonly Link[], notes: Record<number, string> = {}, anchors: Link[][] = []) => {
  const walk = new TrailWalk(
    key.public,
    PRACTICE,
    anchors.map((known) => stateOf(known)),
  );
  for (const [index, link] of links.entries()) {
    walk.add(link);
    const note = notes[index + 1];
    if (note) walk.checkpoint(note);
  }
  walk.finish();
  return walk.fault;
};

const bodies = fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 12 });
const honest = chainOf(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
const signedAt = (...sizes: number[]) =>
  Object.fromEntries(sizes.map((size) => [size, noteOf(honest.slice(0, size))]));

describe('the chain', () => {
  it('keeps its bytes for ever: SHA-256(00 | before | seq | body)', () => {
    expect(linkHash(GENESIS, 1, '{}').toString('hex')).toBe(
      'aa0135beb8833816cc06461d5e337cc53c2967999aa818d91ac6837f4c4a9bea',
    );
  });

  it('is intact when nothing was touched, also when it is empty', () => {
    fc.assert(
      fc.property(bodies, (texts) => {
        expect(faultOf(chainOf(texts))).toBeNull();
      }),
    );
    expect(faultOf([])).toBeNull();
  });

  it('shows an edit at its place', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), (texts, place) => {
        const links = chainOf(texts);
        const at = place % links.length;
        links[at] = { ...(links[at] as Link), body: `${links[at]?.body}!` };
        expect(faultOf(links)).toMatchObject({ from: at + 1, to: at + 1 });
      }),
    );
  });

  it('shows a deletion, an insertion and an exchange at their places', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), (texts, place) => {
        const links = chainOf(texts);
        const at = place % (links.length - 1);
        const here = { from: at + 1, to: at + 1 };
        expect(faultOf(links.toSpliced(at, 1))).toMatchObject({ ...here, what: 'missing' });
        expect(faultOf(links.toSpliced(at + 1, 0, links[at] as Link))).toMatchObject({ from: at + 2 });
        const [one, two] = [links[at] as Link, links[at + 1] as Link];
        expect(faultOf(links.toSpliced(at, 2, two, one))).toMatchObject(here);
      }),
    );
  });

  it('shows an entry of another practice, also under the right number', () => {
    const foreign = chainOf(['u', 'v', 'w'])[1] as Link;
    expect(faultOf(honest.with(1, foreign))).toMatchObject({ from: 2, to: 2 });
  });
});

describe('a signature', () => {
  it('is found right at the place where it was made', () => {
    expect(faultOf(honest, signedAt(3, 8))).toBeNull();
  });

  it('shows a chain that was rewritten without the key, between two signatures', () => {
    const rewritten = chainOf(['a', 'b', 'c', 'x', 'e', 'f', 'g', 'h']);
    expect(faultOf(rewritten)).toBeNull();
    expect(faultOf(rewritten, signedAt(2, 6, 8))).toMatchObject({ from: 3, to: 6 });
  });

  it('shows a cut tail that it outlived, and one that came too late', () => {
    const note = noteOf(honest);
    expect(faultOf(honest.slice(0, 5), { 5: note })).toMatchObject({ from: 6, to: 8 });
    expect(faultOf(honest, { 8: noteOf(honest.slice(0, 7)) })).toMatchObject({ from: 8, to: 8 });
  });

  it('counts for its own practice and its own installation only', () => {
    expect(faultOf(honest, { 8: noteOf(honest, OTHER) })?.what).toContain('another practice');
    const thief = noteOf(honest, PRACTICE, AuditKey.generate());
    expect(faultOf(honest, { 8: thief })?.what).toContain('not the given key');
  });
});

describe('an anchor', () => {
  it('agrees with a trail that has grown since', () => {
    expect(faultOf(honest, {}, [honest.slice(0, 4), honest.slice(0, 2)])).toBeNull();
  });

  it('shows a cut tail and a database of yesterday, whatever is signed in it', () => {
    expect(faultOf(honest.slice(0, 5), signedAt(5), [honest.slice(0, 7)])).toMatchObject({ from: 6, to: 7 });
  });

  it('says nothing of a part beyond its end, and still of what the part holds', () => {
    const anchors = [honest.slice(0, 3), honest];
    const partOf = (links: readonly Link[]) => {
      const walk = new TrailWalk(
        key.public,
        PRACTICE,
        anchors.map((known) => stateOf(known)),
      );
      for (const link of links) walk.add(link);
      walk.finish({ part: true });
      return walk;
    };
    expect(partOf(honest.slice(0, 5)).fault).toBeNull();
    expect(partOf(honest.slice(0, 5)).anchored).toEqual({ upTo: 3, compared: 1 });
    expect(partOf(honest.slice(0, 2)).anchored).toEqual({ upTo: null, compared: 0 });
    const rewritten = partOf(chainOf(['a', 'x', 'c', 'd', 'e']));
    expect(rewritten.fault).toMatchObject({ from: 1, to: 3 });
    expect(rewritten.anchored).toEqual({ upTo: null, compared: 1 });
  });

  it('shows what was rewritten after it, even with the key', () => {
    const rewritten = chainOf(['a', 'b', 'c', 'x', 'e', 'f', 'g', 'h']);
    expect(faultOf(rewritten, { 8: noteOf(rewritten) })).toBeNull();
    const anchors = [honest.slice(0, 2), honest.slice(0, 6)];
    expect(faultOf(rewritten, { 8: noteOf(rewritten) }, anchors)).toMatchObject({ from: 3, to: 6 });
  });
});
