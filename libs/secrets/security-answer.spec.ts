import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseAnswer } from './security-answer.js';

test.each([
  ["St. Mary's", 'st marys'],
  ['  Rover\t', 'ROVER'],
  ['O’Brien', 'O´Brien'],
  ['Straße', 'STRASSE'],
  ['STRAẞE', 'strasse'],
  ['ΟΔΟΣ Α', 'οδοςα'],
  ['Ｆｉｄｏ', 'fido'],
  ['New–York', 'new york'],
  ['Caf\u0065\u0301', 'CAFÉ'],
])('%s and %s are one answer', (left, right) => {
  expect(normaliseAnswer(left)).toBe(normaliseAnswer(right));
});

test.each([
  ['café', 'cafe'],
  ['Rex', 'Max'],
  ['New York', 'York New'],
])('%s and %s are two', (left, right) => {
  expect(normaliseAnswer(left)).not.toBe(normaliseAnswer(right));
});

test('an answer of punctuation alone is empty', () => {
  expect(normaliseAnswer(' .,-_!?\'"´`^\u200b')).toBe('');
});

test('neither case nor spacing of words matters, and the form is stable', () => {
  const word = fc.stringMatching(/^[a-zA-ZäöüéñçøåА-Яа-яΑ-Ρα-ρ0-9]{1,12}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      const form = normaliseAnswer(words.join(' '));
      expect(normaliseAnswer(words.join('-').toUpperCase())).toBe(form);
      expect(normaliseAnswer(words.join('').toLowerCase())).toBe(form);
      expect(normaliseAnswer(form)).toBe(form);
    }),
  );
});
