import { sha256 } from '#secrets';

/** One link as stored and exported: the event's exact bytes, its place, its hash. */
export interface Link {
  seq: number;
  body: string;
  hash: Buffer;
}

/** Hash before the first event. */
export const GENESIS: Buffer = Buffer.alloc(32);

/** SHA-256(0x00 | hash before | seq as 8 bytes big-endian | the event's UTF-8 bytes). */
export function linkHash(before: Buffer, seq: number, body: string): Buffer {
  const place = Buffer.alloc(8);
  place.writeBigInt64BE(BigInt(seq));
  return sha256(Buffer.from([0]), before, place, Buffer.from(body, 'utf8'));
}
