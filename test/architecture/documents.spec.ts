import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOf, read } from './source-files.js';

const ROOT = join(import.meta.dirname, '../..');

it('docs/configuration.md names every variable, and none that does not exist', () => {
  const schema = /const Environment = z\.object\(\{([\s\S]*?)\n\}\);/.exec(
    read('libs/runtime/config.ts'),
  )?.[1];
  const known = [...(schema ?? '').matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name = '']) => name);
  const told = [...read('docs/configuration.md').matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name = '']) => name);
  expect(known.length).toBeGreaterThan(15);
  expect(told.sort()).toEqual(known.sort());
});

describe.each(filesOf('*.md', 'docs/**/*.md'))('%s', (page) => {
  it('leads nowhere that does not exist', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:|mailto:|#)([^)#]+)[^)]*\)/g)].map(
      ([, to = '']) => to,
    );
    expect(links.filter((to) => !existsSync(join(ROOT, dirname(page), to)))).toEqual([]);
  });
});

it('no source cites a paper that is not in the repository', () => {
  const papers = /\b(?:contract|design|security|stack|style|ecosystem|performance|console)\.md\b/g;
  const cited = filesOf('{apps,libs,test,bench,migrations,build}/**/*.{ts,tsx,mjs}').flatMap((file) =>
    [...read(file).matchAll(papers)]
      .filter(([paper]) => !existsSync(join(ROOT, 'docs', paper)))
      .map(([paper]) => `${file}: ${paper}`),
  );
  expect(cited).toEqual([]);
});

describe.each(filesOf('docs/decisions/*.md'))('%s', (page) => {
  it('tells situation, decision, rejected options and how it is enforced', () => {
    const headings = [...read(page).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Situation', 'Decision', 'Rejected', 'Enforced by']);
  });
});
