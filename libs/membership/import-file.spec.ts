import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '#runtime';
import { readImportFile } from './import-file.js';

const HEADER = 'username,displayName,email,roles';
const read = (text: string) => readImportFile(Buffer.from(text));

/** A cell as any program may write it. */
const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

describe('a file of users', () => {
  it('is read as it was written, whatever the cells hold', async () => {
    const cell = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .filter((text) => text.isWellFormed() && !/[\0\r]/.test(text));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1 }), async (cells) => {
        const lines = cells.map((row) => row.map(quoted).join());
        const found = await read([HEADER, ...lines].join('\n'));
        const told = found.map(({ displayName, email, roles }) => [displayName, email, roles]);
        expect(told).toEqual(cells.map(([, ...rest]) => rest));
      }),
    );
  });

  it.each(['\n', '\r\n', '\r'])('has the line numbers of an editor, with lines ended by %j', async (end) => {
    const file = [
      HEADER,
      'a,A,a@x.example,staff',
      '',
      'b,"B',
      'B",b@x.example,staff',
      'c,C,c@x.example,staff',
    ];
    expect((await read(file.join(end))).map(({ line }) => line)).toEqual([2, 4, 6]);
  });

  it('finds a name that comes twice, however it is written', async () => {
    const found = await read(`${HEADER}\nAda,A,a@x.example,staff\nＡＤＡ ,B,b@x.example,staff`);
    expect(found.map(({ fault }) => fault)).toEqual([null, 'duplicate: line 2 has the same username']);
  });

  it('is never repeated in what is said of its faults', async () => {
    const canary = 'canary-7Q';
    for (const text of [
      canary,
      `${HEADER}\n${canary}"x,`,
      `${HEADER}\n"${canary}`,
      `${HEADER}\n\0${canary}`,
    ]) {
      const error = await read(text).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Problem);
      expect(JSON.stringify([(error as Problem).errors, (error as Problem).message])).not.toContain(canary);
    }
  });

  it('is read in bounded time, whatever is sent', async () => {
    const from = performance.now();
    for (const text of ['"'.repeat(300_000), `${HEADER}\n${','.repeat(300_000)}`, '\n'.repeat(300_000)]) {
      await read(text).catch(() => undefined);
    }
    expect(performance.now() - from).toBeLessThan(3_000);
  });
});
