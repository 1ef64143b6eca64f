import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChainWalk, GENESIS, type Link, linkHash } from './chain.js';

const chainOf = (bodies: readonly string[]): Link[] => {
  let before = GENESIS;
  return bodies.map((body, index) => {
    before = linkHash(before, index + 1, body);
    return { seq: index + 1, body, hash: before };
  });
};

const walked = (links: readonly Link[], head = links.at(-1)): ChainWalk => {
  const walk = new ChainWalk();
  for (const link of links) walk.add(link);
  walk.endsAt({ seq: head?.seq ?? 0, hash: head?.hash ?? GENESIS });
  return walk;
};

const bodies = fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 12 });

describe('the chain', () => {
  it('keeps its bytes for ever: SHA-256(00 | before | seq | body)', () => {
    expect(linkHash(GENESIS, 1, '{}').toString('hex')).toBe(
      'aa0135beb8833816cc06461d5e337cc53c2967999aa818d91ac6837f4c4a9bea',
    );
  });

  it('is intact when nothing was touched, also when it is empty', () => {
    fc.assert(
      fc.property(bodies, (texts) => {
        expect(walked(chainOf(texts)).broken).toBeNull();
      }),
    );
    expect(walked([]).broken).toBeNull();
  });

  it('shows an edit at its place', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), (texts, place) => {
        const links = chainOf(texts);
        const at = place % links.length;
        links[at] = { ...(links[at] as Link), body: `${links[at]?.body}!` };
        expect(walked(links).broken).toBe(at + 1);
      }),
    );
  });

  it('shows a deletion, an insertion and an exchange', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), (texts, place) => {
        const links = chainOf(texts);
        const at = place % (links.length - 1);
        expect(walked(links.toSpliced(at, 1)).broken).toBe(at + 1);
        expect(walked(links.toSpliced(at, 0, links.at(-1) as Link)).broken).toBe(at + 1);
        const [one, two] = [links[at] as Link, links[at + 1] as Link];
        expect(walked(links.toSpliced(at, 2, two, one)).broken).toBe(at + 1);
      }),
    );
  });

  it('shows a cut tail by the head', () => {
    const links = chainOf(['a', 'b', 'c']);
    expect(walked(links.slice(0, 2), links[2]).broken).toBe(3);
  });

  it('shows a chain that was rehashed from an edit on, by the head', () => {
    expect(walked(chainOf(['a', 'x', 'c']), chainOf(['a', 'b', 'c'])[2]).broken).toBe(4);
  });
});
