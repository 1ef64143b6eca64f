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

/** Walks links in order; remembers the first one that does not follow from those before it. */
export class ChainWalk {
  #head: Buffer = GENESIS;
  #events = 0;
  #broken: number | null = null;

  get events(): number {
    return this.#events;
  }

  get head(): Buffer {
    return this.#head;
  }

  /** Sequence number of the first link that is wrong, missing or out of place; null while intact. */
  get broken(): number | null {
    return this.#broken;
  }

  add(link: Link): void {
    const expected = this.#events + 1;
    const hash = linkHash(this.#head, link.seq, link.body);
    if (this.#broken === null && (link.seq !== expected || !hash.equals(link.hash))) this.#broken = expected;
    this.#events = expected;
    this.#head = link.hash;
  }

  /** The chain must end where the practice's head says it ends: a cut tail shows here. */
  endsAt(head: { seq: number; hash: Buffer }): void {
    if (this.#broken === null && (head.seq !== this.#events || !head.hash.equals(this.#head))) {
      this.#broken = this.#events + 1;
    }
  }
}
