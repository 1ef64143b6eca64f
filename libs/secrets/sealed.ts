import { openText, sealText } from './envelope.js';
import type { KeyRing } from './key-ring.js';

/** What a sealed value is for: a step of the self-service reset, a place in a list, an answer kept for a retry. */
export type SealedPurpose = 'ticket' | 'cursor' | 'kept-answer';

interface Sealing {
  /** Bytes of JSON that all values are brought to, so that a token's size tells nothing. */
  padTo?: number;
  /** What the value belongs to: it opens with exactly the same parts. */
  boundTo?: readonly string[];
}

/**
 * Encrypts a JSON value into a URL-safe token that only the same purpose opens. A value longer than
 * `padTo` is a RangeError.
 */
export function sealJson(
  keys: KeyRing,
  purpose: SealedPurpose,
  value: unknown,
  { padTo, boundTo = [] }: Sealing = {},
): string {
  const json: string | undefined = JSON.stringify(value);
  if (json === undefined) throw new TypeError('the value has no JSON form');
  return sealText(keys, purpose, [purpose, ...boundTo], pad(json, padTo));
}

/** The value of a token; null when it was altered, made for something else, or names a retired root. */
export function openJson(
  keys: KeyRing,
  purpose: SealedPurpose,
  token: string,
  boundTo: readonly string[] = [],
): unknown {
  const json = openText(keys, purpose, [purpose, ...boundTo], token);
  return json === null ? null : JSON.parse(json);
}

// Trailing spaces are JSON white space (RFC 8259 §2): nothing has to be stripped on opening.
function pad(json: string, padTo: number | undefined): string {
  if (padTo === undefined) return json;
  const missing = padTo - Buffer.byteLength(json);
  if (missing < 0) throw new RangeError('the value is longer than its padding');
  return json + ' '.repeat(missing);
}
