import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { hmac, lengthPrefixed, sha256 } from './digest.js';
import { decodeBase64Url, sealedKeyId } from './envelope.js';
import type { KeyRing } from './key-ring.js';
import { Secret } from './secret.js';

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const uuidBytes = 16;
const sessionTokenBytes = uuidBytes + 32;
const deviceClaimBytes = 1 + 3 * uuidBytes;
const operatorTokenBytes = 32;
// So that scanners for leaked secrets, and people, know one when they see it.
const operatorTokenPrefix = 'latchkey_operator_';
// One byte of version makes both tokens a multiple of three bytes: base64url has no spare bits to play with.
const deviceVersion = 1;

/** A new session's bearer token: base64url of the practice's UUID and 256 random bits, 64 characters. */
export function newSessionToken(practiceId: string): Secret {
  return new Secret(Buffer.concat([uuidToBytes(practiceId), randomBytes(32)]).toString('base64url'));
}

/** The practice a token leads to and the SHA-256 its session is stored under; null if it is no token. */
export function parseSessionToken(token: string): { practiceId: string; hash: Buffer } | null {
  const bytes = decodeBase64Url(token);
  if (bytes?.length !== sessionTokenBytes) return null;
  return { practiceId: bytesToUuid(bytes, 0), hash: sha256(bytes) };
}

/** Whether two secrets are the same, in the same time wherever they differ. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(sha256(Buffer.from(given)), sha256(Buffer.from(expected)));
}

/** A token that marks a device as known to a user; nothing is stored. Ids are UUIDs. */
export function newDeviceToken(keys: KeyRing, practiceId: string, userId: string): Secret {
  const claim = Buffer.concat([
    Buffer.of(deviceVersion),
    uuidToBytes(practiceId),
    uuidToBytes(userId),
    uuidToBytes(randomUUID()),
  ]);
  const signed = Buffer.concat([claim, deviceMac(keys, keys.currentId, claim)]);
  return new Secret(`${keys.currentId}.${signed.toString('base64url')}`);
}

/** What a device token says, or null if this installation did not make it. */
export function openDeviceToken(
  keys: KeyRing,
  token: string,
): { practiceId: string; userId: string; deviceId: string } | null {
  const keyId = sealedKeyId(token);
  if (!keys.has(keyId)) return null;
  const bytes = decodeBase64Url(token.slice(keyId.length + 1));
  if (bytes?.length !== deviceClaimBytes + 32 || bytes[0] !== deviceVersion) return null;
  const claim = bytes.subarray(0, deviceClaimBytes);
  if (!timingSafeEqual(bytes.subarray(deviceClaimBytes), deviceMac(keys, keyId, claim))) return null;
  const [practiceId, userId, deviceId] = [0, 1, 2].map((index) => bytesToUuid(claim, 1 + index * uuidBytes));
  if (practiceId === undefined || userId === undefined || deviceId === undefined) return null;
  return { practiceId, userId, deviceId };
}

/** A new operator's token: 256 random bits behind a prefix that names it. */
export function newOperatorToken(): Secret {
  return new Secret(operatorTokenPrefix + randomBytes(operatorTokenBytes).toString('base64url'));
}

/** The SHA-256 an operator's token is stored under (enough at this entropy); null if it is no such token. */
export function operatorTokenDigest(token: string): Buffer | null {
  if (!token.startsWith(operatorTokenPrefix)) return null;
  const bytes = decodeBase64Url(token.slice(operatorTokenPrefix.length));
  return bytes?.length === operatorTokenBytes ? sha256(token) : null;
}

/** What a browser holds while an operator looks: 256 random bits, kept on our side by their hash only. */
export const newLookingToken = (): Secret => new Secret(randomBytes(32).toString('base64url'));

function deviceMac(keys: KeyRing, keyId: string, claim: Buffer): Buffer {
  return hmac(keys.derive('device', keyId), lengthPrefixed('device/v1', keyId, claim));
}

function uuidToBytes(uuid: string): Buffer {
  if (!uuidPattern.test(uuid)) throw new TypeError('the id is not a UUID');
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function bytesToUuid(bytes: Buffer, start: number): string {
  const hex = bytes.toString('hex', start, start + uuidBytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
