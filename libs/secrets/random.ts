import { randomBytes } from 'node:crypto';
import { CROCKFORD } from '#contract';

/** `count` random values 0–31, such as the symbols of a Practice ID. */
export const randomSymbols = (count: number): Uint8Array => randomBytes(count).map((byte) => byte & 31);

/** A random password of 100 bits that can be read aloud: twenty symbols in groups of five. */
export function randomPassword(): string {
  const text = [...randomSymbols(20)]
    .map((value) => CROCKFORD.charAt(value))
    .join('')
    .toLowerCase();
  return text.replaceAll(/.{5}(?=.)/g, '$&-');
}
