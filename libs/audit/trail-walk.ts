import type { AuditPublicKey } from '#secrets';
import { type Link, linkHash } from './chain.js';
import { originOf, parseCheckpoint, type TreeState } from './checkpoint-text.js';
import { MerkleTree } from './merkle.js';
import { BEGINNING, type TrailBase } from './trail-base.js';

/** The first thing that is wrong: one entry, or the first of several among which it must lie. */
export interface Fault {
  from: number;
  to: number;
  what: string;
}

/**
 * Walks a practice's trail from its first entry, or from where its archives end: every link must follow from the one before, and what was
 * signed or anchored must be what is there. Remembers the first fault, in bounded memory.
 */
export class TrailWalk {
  readonly #origin: string;
  readonly #anchors: TreeState[];
  readonly #tree: MerkleTree;
  #head: Buffer;
  #fault: Fault | null = null;
  #trusted = 0;
  #signed = 0;
  #anchored: number | null = null;
  #compared = 0;

  constructor(
    private readonly key: AuditPublicKey,
    practiceId: string,
    anchors: readonly TreeState[] = [],
    after: TrailBase = BEGINNING,
  ) {
    this.#origin = originOf(key.name, practiceId);
    this.#tree = MerkleTree.resume(after.seq, after.edge);
    this.#head = after.hash;
    this.#anchors = anchors
      .filter(({ size }) => size >= after.seq)
      .toSorted((one, other) => one.size - other.size);
    this.#compareAnchors();
    // Older entries are not here to be blamed.
    this.#trusted = after.seq;
  }

  get fault(): Fault | null {
    return this.#fault;
  }

  get events(): number {
    return this.#tree.size;
  }

  get head(): Buffer {
    return this.#head;
  }

  /** What another file would go on from. */
  get end(): TrailBase {
    return { seq: this.events, hash: this.#head, edge: this.#tree.edge };
  }

  /** Up to which entry a signature has been found right. */
  get signed(): number {
    return this.#signed;
  }

  /** Up to which entry an anchor has been found right, and with how many the trail was compared. */
  get anchored(): { upTo: number | null; compared: number } {
    return { upTo: this.#anchored, compared: this.#compared };
  }

  add(link: Link): void {
    const place = this.events + 1;
    if (link.seq > place) this.blame(place, link.seq - 1, 'missing');
    else if (link.seq < place) this.blame(place, place, `out of place: it says that it is entry ${link.seq}`);
    else if (!linkHash(this.#head, link.seq, link.body).equals(link.hash)) {
      this.blame(place, place, 'not the one that was written here');
    }
    this.#head = link.hash;
    this.#tree.add(link.hash);
    this.#compareAnchors();
  }

  /** A checkpoint of the entries so far, as a signed note. */
  checkpoint(note: string): void {
    const state = parseCheckpoint(this.key.open(note) ?? '');
    const [next, here] = [this.#trusted + 1, this.events];
    if (!state) return this.blame(next, here, 'under a signature that is not the given key’s');
    if (state.origin !== this.#origin) return this.blame(next, here, 'signed as those of another practice');
    if (state.size > here) return this.blame(here + 1, state.size, 'missing, although they were signed');
    if (state.size < here) return this.blame(state.size + 1, here, 'before their own signature');
    if (!state.root.equals(this.#tree.root)) return this.blame(next, here, 'not those that were signed');
    if (this.#fault) return undefined;
    this.#trusted = here;
    this.#signed = here;
  }

  /** Once no entry follows: neither here nor, unless it is a `part`, anywhere else. */
  finish({ part = false } = {}): void {
    if (part) return;
    const beyond = this.#anchors.at(-1);
    if (beyond) this.blame(this.events + 1, beyond.size, 'missing, although an anchor knows them');
  }

  /** Notes a fault found elsewhere, such as in the file around the entries. The first one stays. */
  blame(from: number, to: number, what: string): void {
    this.#fault ??= { from, to: Math.max(from, to), what };
  }

  #compareAnchors(): void {
    for (let anchor = this.#anchors[0]; anchor && anchor.size <= this.events; anchor = this.#anchors[0]) {
      this.#anchors.shift();
      if (anchor.size < this.events) continue;
      this.#compared += 1;
      if (!anchor.root.equals(this.#tree.root)) {
        this.blame(this.#trusted + 1, this.events, 'not those that the anchor knows');
      } else if (!this.#fault) {
        this.#trusted = this.events;
        this.#anchored = this.events;
      }
    }
  }
}
