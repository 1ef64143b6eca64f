import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { AUDIT_ACTIONS } from '#audit';
import en from '../../apps/console/words/en.json' with { type: 'json' };
import { MESSAGE_KINDS } from '../../libs/wording/messages.js';
import { filesOf, read } from './source-files.js';

/** Attributes that are read out or shown. */
const SHOWN = new Set(['label', 'title', 'placeholder', 'description', 'aria-label', 'alt', 'summary']);
/** The product's name, and keys as they stand on a keyboard. */
const NAMES = new Set(['Latchkey']);

/** Words that a page would show in one language only. */
function ownWordsOf(path: string): string[] {
  const found: string[] = [];
  const note = (text: string) => {
    const words = text.trim();
    if (/\p{L}/u.test(words) && !NAMES.has(words)) found.push(`${path}: ${words}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) note(node.text);
    if (ts.isJsxAttribute(node) && SHOWN.has(node.name.getText()) && node.initializer) {
      if (ts.isStringLiteral(node.initializer)) note(node.initializer.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX));
  return found;
}

describe('the console', () => {
  it('has no words outside of its catalogues', () => {
    const pages = filesOf('apps/console/**/*.tsx');
    expect(pages.length).toBeGreaterThan(40);
    expect(pages.flatMap(ownWordsOf)).toEqual([]);
  });

  it('has words for every audit action (`audited` in words/en.json and es.json)', () => {
    const named = Object.entries(en.audited).flatMap(([subject, things]) =>
      Object.keys(things).map((thing) => `${subject}.${thing}`),
    );
    expect(named.sort()).toEqual(Object.keys(AUDIT_ACTIONS).sort());
  });

  it('has words for every outcome that an attempt can be stored with (`attempt`)', () => {
    const rules = filesOf('migrations/*.ts').flatMap((path) => [
      ...read(path).matchAll(/delivery_attempts_outcome_check\s+check \(outcome in \(([^)]+)\)\)/g),
    ]);
    const stored = [...(rules.at(-1)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(([, outcome = '']) => outcome);
    expect(stored.length).toBeGreaterThan(3);
    expect(stored.sort()).toEqual(Object.keys(en.attempt).sort());
  });

  it('has words for every kind of mail (`template`)', () => {
    expect(Object.keys(en.template).sort()).toEqual(Object.keys(MESSAGE_KINDS).sort());
  });
});
