import { describe, expect, it } from 'vitest';
import { asTheyEnd } from './as-they-end.js';

async function portionsOf<T>(tasks: readonly Promise<T>[], graceMilliseconds: number): Promise<T[][]> {
  const portions: T[][] = [];
  for await (const portion of asTheyEnd(tasks, graceMilliseconds)) portions.push(portion);
  return portions;
}

describe('what ends at different times', () => {
  it('comes in one portion when all of it ends soon', async () => {
    const portions = await portionsOf(
      [1, 2, 3].map(async (one) => one),
      60_000,
    );
    expect(portions).toEqual([[1, 2, 3]]);
  });

  it('comes without those that hang, which come as they end, none of them lost', async () => {
    const hanging = [1, 2].map(() => Promise.withResolvers<string>());
    const portions = asTheyEnd([...hanging.map(({ promise }) => promise), Promise.resolve('quick')], 5);
    expect((await portions.next()).value).toEqual(['quick']);
    const next = portions.next();
    for (const [index, { resolve }] of hanging.entries()) resolve(`slow ${index}`);
    expect((await next).value).toEqual(['slow 0', 'slow 1']);
    expect(await portions.next()).toEqual({ done: true, value: undefined });
  });

  it('of nothing is nothing', async () => {
    expect(await portionsOf([], 5)).toEqual([]);
  });
});
