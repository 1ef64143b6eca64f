import { CROCKFORD, readCrockford } from './crockford.js';

// A Practice ID is ten of Crockford's 32 symbols: nine that mean something and a check symbol.
//
// A weighted sum modulo 32 cannot be the check: to catch every substitution all weights must be odd, but then
// neighbouring weights differ by an even number and a swap of two symbols 16 apart goes unseen. So symbols
// are elements of the field GF(2^5) and a Practice ID is valid when
//
//   α^10 + α^9·d0 + α^8·d1 + … + α·d8 + d9 = 0      (α a root of the primitive x^5 + x^2 + 1, order 31)
//
// Replacing a symbol changes the sum by α^k·(d + d'), a product of two non-zero elements. Exchanging the
// symbols of weights α^j and α^k changes it by (α^j + α^k)·(d + d'); 0 ≤ j, k ≤ 9 < 31, so the weights differ
// and the product is not zero. A field has no zero divisors: every such mistake is caught, even a swap at a
// distance. Two wrong symbols slip through in 1 of 31 cases. The constant α^10 changes none of this; it keeps
// 00000-00000 and 12345-67890, which people type for want of the real one, from being valid.

const dataSymbols = 9;
const symbols = dataSymbols + 1;

/** How a Practice ID is shown: `XXXXX-XXXXX`. Takes the canonical ten symbols. */
export function formatPracticeId(canonical: string): string {
  return `${canonical.slice(0, 5)}-${canonical.slice(5)}`;
}

/**
 * The canonical ten upper-case symbols of what a person typed; null if anything is wrong with it.
 * Case, spaces, hyphens and look-alikes (I, L for 1; O for 0) are forgiven; one wrong symbol or two
 * exchanged ones never are.
 */
export function parsePracticeId(typed: string): string | null {
  const text = readCrockford(typed, symbols);
  if (text === null) return null;
  const values = Array.from(text, (symbol) => CROCKFORD.indexOf(symbol));
  return weightedSum(values) === 0 ? text : null;
}

/** The canonical Practice ID of nine random values 0 to 31; anything else is a RangeError. */
export function practiceIdFromRandom(symbols: Uint8Array): string {
  if (symbols.length !== dataSymbols || symbols.some((value) => value > 31)) {
    throw new RangeError('a Practice ID is made from nine values of 0 to 31');
  }
  const check = timesAlpha(weightedSum(symbols));
  return Array.from([...symbols, check], (value) => CROCKFORD.charAt(value)).join('');
}

/** Horner's rule in GF(2^5), where addition is exclusive or: the last value has weight 1, the start one more. */
function weightedSum(values: Iterable<number>): number {
  let sum = 1;
  for (const value of values) sum = timesAlpha(sum) ^ value;
  return sum;
}

function timesAlpha(value: number): number {
  const shifted = value << 1;
  return shifted > 31 ? shifted ^ 0b100101 : shifted;
}
