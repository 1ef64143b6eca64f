import { describe, expect, it } from 'vitest';
import { filesOf, read, titlesOf } from './source-files.js';

const PAGE = read('docs/advisories.md');
const ADVISORY = /(?:CVE-\d{4}-\d{4,7}|GHSA(?:-[0-9a-z]{4}){3})/g;

/** The cells of each row of the table under a heading of the page. */
function rowsUnder(first: string): string[][] {
  const [, table = ''] = PAGE.split(new RegExp(`^\\| ${first} \\|.*\\n\\|[-|]+\\|\\n`, 'm'));
  const lines = table.split('\n');
  return lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

const fileIn = (cell = ''): string => /^`([^`]+)`$/.exec(cell)?.[1] ?? '';

/** Titles of `describe` and `it` in the tests, by file. */
const titles = new Map(filesOf('test/**/*.e2e.ts').map((path) => [path, titlesOf(path)]));

const advisories = rowsUnder('advisory');
const traps = rowsUnder('trap');

describe('the page of advisories', () => {
  it('holds what was published, once each', () => {
    const ids = advisories.flatMap(([names = '']) => names.match(ADVISORY) ?? []);
    expect(advisories.length).toBeGreaterThanOrEqual(25);
    expect(ids.length).toBeGreaterThanOrEqual(58);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(advisories)('%s: has a test that is named after it', (names, wrong, file) => {
    expect(wrong).toMatch(/\S/);
    const held = titles.get(fileIn(file)) ?? [];
    expect(held.filter((title) => title.startsWith(`${names}: `))).toHaveLength(1);
  });

  it.each(traps)('%s: has a test that is named after it', (trap, file) => {
    const held = titles.get(fileIn(file)) ?? [];
    expect(held.filter((title) => title.startsWith(`${trap}: `))).toHaveLength(1);
  });

  it('knows every advisory that a test is named after', () => {
    const known = new Set(advisories.flatMap(([names = '']) => names.match(ADVISORY) ?? []));
    const named = [...titles.values()].flat().flatMap((title) => title.match(ADVISORY) ?? []);
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });

  it('leaves no file of advisories or traps without a row', () => {
    const listed = new Set([
      ...advisories.map(([, , file]) => fileIn(file)),
      ...traps.map(([, file]) => fileIn(file)),
    ]);
    const files = filesOf('test/security/{advisories,traps}/*.e2e.ts');
    expect(files.filter((path) => !listed.has(path))).toEqual([]);
  });
});
