import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '#runtime';
import { failedRowsCsv } from './import-csv.js';
import { readImportFile } from './import-file.js';

const HEADER = 'username,displayName,email,roles';
const read = (text: string) => readImportFile(Buffer.from(text));

/** A cell as any program may write it. */
const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

describe('a file of users', () => {
  it('is read as it was written, whatever the cells hold', async () => {
    const cell = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .filter((text) => text.isWellFormed() && !/[\0\r]|^'[=+\-@\t\uFF1D\uFF0B\uFF0D\uFF20]/.test(text));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1 }), async (cells) => {
        const lines = cells.map((row) => row.map(quoted).join());
        const found = await read([HEADER, ...lines].join('\n'));
        const told = found.map(({ displayName, email, roles }) => [displayName, email, roles]);
        expect(told).toEqual(cells.map(([, ...rest]) => rest));
      }),
    );
  });

  it('of rows that failed is read as those rows were written, whatever they hold', async () => {
    const cell = fc
      .oneof(fc.string({ maxLength: 40 }), fc.constantFrom('@x', '=1+1', '-', '+staff', '\tx', '＝A1'))
      .filter((text) => !/[\0\r]/.test(text) && !/^'[=+\-@\t\uFF1D\uFF0B\uFF0D\uFF20]/.test(text));
    const row = fc.record({ username: cell, displayName: cell, email: cell, roles: cell });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1 }), async (rows) => {
        const failed = rows.map((each, index) => ({ ...each, line: index + 2, reason: 'email: it is none' }));
        const found = await read(failedRowsCsv(failed));
        const told = found.map(({ displayName, email, roles }) => ({ displayName, email, roles }));
        expect(told).toEqual(rows.map(({ displayName, email, roles }) => ({ displayName, email, roles })));
        expect(found.map(({ fault }) => fault).filter((fault) => fault?.includes('columns'))).toEqual([]);
      }),
    );
    const one = { line: 2, username: '@x', displayName: 'X', email: 'x@x.example', roles: 'staff' };
    expect(await read(failedRowsCsv([{ ...one, reason: '=no' }]))).toMatchObject([
      { username: '@x', fault: null },
    ]);
  });

  it('may have the reasons of an earlier one as its last column, in every row', async () => {
    const found = await read(`${HEADER},reason\na,A,a@x.example,staff,why\nb,B,b@x.example,staff`);
    expect(found.map(({ fault }) => fault)).toEqual([null, 'has 4 columns, not 5']);
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
