import { describe, expect, it } from 'vitest';
import { portionOf } from './bulk-portion.js';

const PENDING = [3, 4, 5, 6];
const inThrees = (row: number) => Math.floor(row / 3);
const portion = (attempt: number, pending = PENDING) => portionOf(pending, attempt, inThrees);

describe('what a step of large work takes on', () => {
  it('is a chunk, and no row of the next', () => {
    expect(portion(1)).toEqual({ rows: [3, 4, 5], giveUp: false, careful: false });
    expect(portion(2, [5, 6])).toEqual({ rows: [5], giveUp: false, careful: false });
    expect(portion(1, [])).toEqual({ rows: [], giveUp: false, careful: false });
  });

  it('is one row from the third attempt, to the end of the chunk and no further', () => {
    expect(portion(3)).toEqual({ rows: [3], giveUp: false, careful: true });
    expect(portion(3, [5, 6])).toEqual({ rows: [5], giveUp: false, careful: false });
    expect(portion(3, [])).toEqual({ rows: [], giveUp: false, careful: false });
  });

  it('is given up at the ninth', () => {
    expect(portion(8).giveUp).toBe(false);
    expect(portion(9)).toEqual({ rows: [3], giveUp: true, careful: true });
  });
});
