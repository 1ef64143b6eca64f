import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ATTEMPT_OUTCOMES,
  BUILT_IN_ROLES,
  DELIVERY_STATES,
  PASSWORD_REASONS,
  PERMISSION_NAMES,
  PROBLEMS,
  SECURITY_QUESTION_IDS,
} from '#contract';
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };

type Words = { [name: string]: string | Words };

const flat = (words: Words, path = ''): [string, string][] =>
  Object.entries(words).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[path + name, value]] : flat(value, `${path}${name}.`),
  );
const PLURAL = /_(?:zero|one|two|few|many|other)$/;
const catalogues: Record<string, [string, string][]> = { en: flat(en), es: flat(es) };
const bare = (entries: [string, string][]) =>
  [...new Set(entries.map(([key]) => key.replace(PLURAL, '')))].sort();

describe('the catalogues', () => {
  it('have the same keys in every language', () => {
    expect(bare(catalogues['es'] ?? [])).toEqual(bare(catalogues['en'] ?? []));
  });

  it.each(Object.keys(catalogues))('%s has every plural form of its language', (language) => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
    const plurals = Object.groupBy(
      (catalogues[language] ?? []).map(([key]) => key).filter((key) => PLURAL.test(key)),
      (key) => key.replace(PLURAL, ''),
    );
    expect(Object.keys(plurals).length).toBeGreaterThan(3);
    for (const keys of Object.values(plurals)) {
      expect(keys?.map((key) => PLURAL.exec(key)?.[0].slice(1)).toSorted()).toEqual(forms);
    }
  });

  it('name the same values in every language', () => {
    const valuesOf = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
    const english = new Map(catalogues['en']);
    for (const [key, text] of catalogues['es'] ?? []) {
      const original = english.get(key) ?? english.get(key.replace(PLURAL, '_other')) ?? '';
      expect(valuesOf(text), key).toEqual(valuesOf(original));
    }
  });

  it('have words for every problem, permission, question, reason and built-in role of the contract', () => {
    expect(Object.keys(en.problem).sort()).toEqual([...Object.keys(PROBLEMS), 'unreachable'].sort());
    expect(new Set(Object.keys(en.permission))).toEqual(new Set(PERMISSION_NAMES));
    expect(Object.keys(en.question)).toEqual(expect.arrayContaining(SECURITY_QUESTION_IDS));
    expect(Object.keys(en.reason).sort()).toEqual(Object.keys(PASSWORD_REASONS).sort());
    expect(Object.keys(en.role).sort()).toEqual(Object.keys(BUILT_IN_ROLES).sort());
  });

  it('have words for every state of an email and for how each attempt can end', () => {
    expect(Object.keys(en.attempt).sort()).toEqual(ATTEMPT_OUTCOMES.toSorted());
    expect(new Set(Object.keys(en.deliveryState))).toEqual(
      new Set([...DELIVERY_STATES, ...ATTEMPT_OUTCOMES]),
    );
  });

  it('hold no key that nothing says', () => {
    const source = globSync('../**/*.{ts,tsx}', { cwd: import.meta.dirname })
      .filter((path) => !path.endsWith('.spec.ts'))
      .map((path) => readFileSync(join(import.meta.dirname, path), 'utf8'))
      .join('\n');
    // `t('users.add')`, or a part that a template completes: t(`resetState.${state}`).
    const templates = [...source.matchAll(/`([a-zA-Z]+(?:\.[a-zA-Z]+)*\.)\$\{/g)].map(
      ([, prefix = '']) => prefix,
    );
    const unsaid = bare(catalogues['en'] ?? []).filter(
      (key) => !source.includes(`'${key}'`) && !templates.some((prefix) => key.startsWith(prefix)),
    );
    expect(unsaid).toEqual([]);
  });
});
