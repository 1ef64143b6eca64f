import { expect, it } from 'vitest';
import { read } from './source-files.js';

const FILES = ['test/audit/second-verifier.ts', 'test/audit/second-tree.ts'];

const importsOf = (path: string): string[] =>
  [...read(path).matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*['"]([^'"]+)['"]/g)].map(
    ([, name]) => name ?? '',
  );

it('the second verifier shares no code with the product: it has Node and its own tree', () => {
  const own = new Set(FILES.map((path) => path.replace('test/audit/', './').replace(/\.ts$/, '.js')));
  for (const path of FILES) {
    const imports = importsOf(path);
    expect(imports.length, path).toBeGreaterThan(0);
    expect(
      imports.filter((name) => !name.startsWith('node:') && !own.has(name)),
      path,
    ).toEqual([]);
  }
});
