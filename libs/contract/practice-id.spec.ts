import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPracticeId, parsePracticeId, practiceIdFromRandom } from './practice-id.js';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const data = fc.uint8Array({ min: 0, max: 31, minLength: 9, maxLength: 9 });
const practiceId = data.map(practiceIdFromRandom);

function exchange(id: string, left: number, right: number): string {
  const symbols = Array.from(id);
  symbols[left] = id.charAt(right);
  symbols[right] = id.charAt(left);
  return symbols.join('');
}

describe('a Practice ID', () => {
  test('is ten symbols, shown in two groups, and is read back from them', () => {
    fc.assert(
      fc.property(practiceId, (id) => {
        expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
        expect(formatPracticeId(id)).toBe(`${id.slice(0, 5)}-${id.slice(5)}`);
        expect(parsePracticeId(formatPracticeId(id))).toBe(id);
      }),
    );
  });

  test('keeps its nine symbols and its check for ever', () => {
    const symbols = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(formatPracticeId(practiceIdFromRandom(symbols))).toBe('12345-6789H');
  });

  test('is read whatever its case, spacing and look-alikes', () => {
    const gaps = fc.array(fc.constantFrom('', '', ' ', '-', '–', '\u00a0'), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(
        practiceId,
        gaps,
        fc.constantFrom('1', 'I', 'i', 'L', 'l'),
        fc.constantFrom('0', 'O', 'o'),
        (id, gaps, one, zero) => {
          const typed = Array.from(id.toLowerCase(), (symbol, at) => gaps[at] + symbol).join('');
          expect(parsePracticeId(` ${typed.replaceAll('1', one).replaceAll('0', zero)}\n`)).toBe(id);
        },
      ),
    );
  });

  test.each([
    '',
    '12345',
    '12345-6789',
    '12345-67890-1',
    'UUUUU-UUUUU',
    '00000-00000',
    '12345-67890',
    '12345_67890',
    '١٢٣٤٥-٦٧٨٩٠',
    ' '.repeat(1e6),
  ])('is not read from %.40s', (typed) => expect(parsePracticeId(typed)).toBeNull());

  test.each([[[1, 2, 3]], [[0, 0, 0, 0, 0, 0, 0, 0, 32]], [Array.from({ length: 10 }, () => 1)]])(
    'is not made from %j',
    (values) => expect(() => practiceIdFromRandom(Uint8Array.from(values))).toThrow(RangeError),
  );
});

// The check is affine over GF(2^5): whether an error is seen depends on the error alone, not on the ID it is
// made in. The proof is in practice-id.ts; these go through every error all the same.
describe('the check symbol', () => {
  test('detects every substitution of one symbol: 10 positions × 32 symbols × 31 others', () => {
    const missed: string[] = [];
    const ids = Array.from(alphabet, (_, shift) =>
      practiceIdFromRandom(Uint8Array.from({ length: 9 }, (_, at) => (shift * 7 + at * 11) % 32)),
    );
    const seen = new Set<string>();
    for (const id of [...ids, ...fc.sample(practiceId, 40)]) {
      for (let at = 0; at < 10; at++) {
        for (const symbol of alphabet) {
          if (symbol === id[at]) continue;
          seen.add(`${at}${id[at]}${symbol}`);
          if (parsePracticeId(id.slice(0, at) + symbol + id.slice(at + 1)) !== null)
            missed.push(`${id} ${at}${symbol}`);
        }
      }
    }
    expect(missed).toEqual([]);
    // Every (position, data symbol) occurs; the check position takes what the data gives.
    expect(seen.size).toBeGreaterThanOrEqual(9 * 32 * 31);
  });

  test('detects every exchange of neighbours: 9 places × every pair of different symbols', () => {
    let tried = 0;
    const missed: string[] = [];
    for (let at = 0; at < 9; at++) {
      for (let left = 0; left < 32; left++) {
        for (let right = 0; right < 32; right++) {
          const id = withPair(at, left, right);
          if (left === right) continue;
          tried++;
          if (parsePracticeId(exchange(id, at, at + 1)) !== null) missed.push(`${id} ${at}`);
        }
      }
    }
    expect({ missed, tried }).toEqual({ missed: [], tried: 9 * 32 * 31 });
  });

  test('detects any exchange of two symbols, however far apart', () => {
    fc.assert(
      fc.property(practiceId, fc.nat(9), fc.nat(9), (id, left, right) => {
        fc.pre(id[left] !== id[right]);
        expect(parsePracticeId(exchange(id, left, right))).toBeNull();
      }),
    );
  });

  test('is any of the 32 symbols, each as often', () => {
    const checks = Array.from({ length: 32 }, (_, last) =>
      practiceIdFromRandom(Uint8Array.from([3, 1, 4, 1, 5, 9, 2, 6, last])).slice(9),
    );
    expect(new Set(checks).size).toBe(32);
  });
});

/** A valid ID with these two values at `at` and `at + 1`, found by varying another symbol if one is the check. */
function withPair(at: number, left: number, right: number): string {
  for (let free = 0; free < 32; free++) {
    const values = Uint8Array.from({ length: 9 }, (_, index) => (index * 13 + 5) % 32);
    values[at === 0 ? 8 : 0] = free;
    values[at] = left;
    if (at + 1 < 9) values[at + 1] = right;
    const id = practiceIdFromRandom(values);
    if (id[at + 1] === alphabet[right]) return id;
  }
  throw new Error('no such ID');
}
