import { describe, expect, it } from 'vitest';
import { Progress } from './progress.js';

function told(isTTY: boolean): { progress: Progress; written: string[] } {
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  return { progress: new Progress({ isTTY, write }), written };
}
const at = (done: number, state = 'running') => ({ done, total: 60, state });

describe('progress', () => {
  it('is one line on a terminal, rewritten whenever it has moved', () => {
    const { progress, written } = told(true);
    for (const done of [0, 0, 20, 60]) progress.show(at(done), 0);
    progress.end();
    expect(written).toEqual([
      `\r\u001B[K[${'-'.repeat(30)}] 0 of 60`,
      `\r\u001B[K[${'#'.repeat(10)}${'-'.repeat(20)}] 20 of 60`,
      `\r\u001B[K[${'#'.repeat(30)}] 60 of 60`,
      '\n',
    ]);
  });

  it('is a plain line every ten seconds in a file, and none twice', () => {
    const { progress, written } = told(false);
    for (const [done, seconds] of [
      [0, 0],
      [1, 5],
      [2, 10],
      [2, 20],
      [3, 21],
    ] as const) {
      progress.show(at(done), seconds * 1_000);
    }
    progress.end();
    expect(written).toEqual(['0 of 60\n', '2 of 60\n', '3 of 60\n']);
  });

  it('asks for a worker when nothing has moved for half a minute, and not while it is paused', () => {
    const { progress, written } = told(false);
    for (const seconds of [0, 29, 30, 59, 60]) progress.show(at(5), seconds * 1_000);
    for (const seconds of [61, 100, 140]) progress.show(at(5, 'paused'), seconds * 1_000);
    const asked = written.filter((line) => line.includes('is a worker running?'));
    expect(asked).toHaveLength(2);
    expect(written.at(-1)).toBe('5 of 60, paused\n');
  });
});
