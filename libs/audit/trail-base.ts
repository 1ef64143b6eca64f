import { GENESIS } from './chain.js';

/** What a trail goes on from whose beginning stands in archives: the entry before, its hash, the tree up to there. */
export interface TrailBase {
  seq: number;
  hash: Buffer;
  /** Roots of the perfect subtrees along the right edge, the largest first; 32 bytes each. */
  edge: Buffer;
}

/** Before the first entry. */
export const BEGINNING: TrailBase = { seq: 0, hash: GENESIS, edge: Buffer.alloc(0) };
