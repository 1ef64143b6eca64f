import { openText, sealText } from './envelope.js';
import type { KeyRing } from './key-ring.js';

/** What a sealed token carries state for: a step of the self-service reset, or a place in a list. */
export type SealedPurpose = 'ticket' | 'cursor';

/**
 * Encrypts a JSON value into a URL-safe token that only the same purpose opens. `padTo` (bytes of JSON)
 * gives all values one length, so that a token's size tells nothing; a longer value is a RangeError.
 */
export function sealJson(
  keys: KeyRing,
  purpose: SealedPurpose,
  value: unknown,
  options: { padTo?: number } = {},
): string {
  const json: string | undefined = JSON.stringify(value);
  if (json === undefined) throw new TypeError('the value has no JSON form');
  return sealText(keys, purpose, [purpose], pad(json, options.padTo));
}

/** The value of a token; null when it was altered, made for another purpose, or names a retired root. */
export function openJson(keys: KeyRing, purpose: SealedPurpose, token: string): unknown {
  const json = openText(keys, purpose, [purpose], token);
  return json === null ? null : JSON.parse(json);
}

// Trailing spaces are JSON white space (RFC 8259 §2): nothing has to be stripped on opening.
function pad(json: string, padTo: number | undefined): string {
  if (padTo === undefined) return json;
  const missing = padTo - Buffer.byteLength(json);
  if (missing < 0) throw new RangeError('the value is longer than its padding');
  return json + ' '.repeat(missing);
}
