import { timingSafeEqual } from 'node:crypto';
import { hmac, lengthPrefixed } from './digest.js';
import type { KeyRing } from './key-ring.js';

// Lower case, since mail servers on the way may change the case of a local part.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const idSymbols = 26;
const macSymbols = 9;
const pattern = /^([0-9a-hjkmnp-tv-z]{26})([0-9a-hjkmnp-tv-z]{26})\.([0-9a-hjkmnp-tv-z]{9})$/;

/** A delivery, and the practice it belongs to. */
export interface ReturnedDelivery {
  practiceId: string;
  deliveryId: string;
}

/**
 * Names a delivery in the address that its mail is returned to, 62 symbols of the 64 that a local part may have
 * (RFC 5321 §4.5.3.1.1). Two ids that nobody guesses, and 45 bits of HMAC, so that whoever knows them makes no
 * address of them. The key outlives every root: mail comes back days later.
 */
export function newReturnToken(keys: KeyRing, { practiceId, deliveryId }: ReturnedDelivery): string {
  return `${symbolsOf(practiceId)}${symbolsOf(deliveryId)}.${macOf(keys, practiceId, deliveryId)}`;
}

/** The delivery that a token names; null when this installation did not make it. */
export function openReturnToken(keys: KeyRing, token: string): ReturnedDelivery | null {
  const [, practice = '', delivery = '', mac = ''] = pattern.exec(token.toLowerCase()) ?? [];
  const [practiceId, deliveryId] = [uuidOf(practice), uuidOf(delivery)];
  if (!practiceId || !deliveryId) return null;
  const own = macOf(keys, practiceId, deliveryId);
  return timingSafeEqual(Buffer.from(mac), Buffer.from(own)) ? { practiceId, deliveryId } : null;
}

function macOf(keys: KeyRing, practiceId: string, deliveryId: string): string {
  const mac = hmac(keys.digestKey('return-mac'), lengthPrefixed('return/v1', practiceId, deliveryId));
  return [...mac.subarray(0, macSymbols)].map((byte) => alphabet[byte & 31]).join('');
}

/** The id as a number of base 32; 26 symbols hold 130 bits. */
function symbolsOf(uuid: string): string {
  let rest = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let text = '';
  for (let place = 0; place < idSymbols; place += 1) {
    text = `${alphabet[Number(rest & 31n)]}${text}`;
    rest >>= 5n;
  }
  return text;
}

function uuidOf(symbols: string): string | null {
  if (symbols.length !== idSymbols) return null;
  let value = 0n;
  for (const symbol of symbols) value = (value << 5n) | BigInt(alphabet.indexOf(symbol));
  const hex = value.toString(16).padStart(32, '0');
  if (hex.length > 32) return null;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
