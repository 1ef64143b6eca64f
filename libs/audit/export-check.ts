import { canonicalJson } from '#runtime';
import { type AuditPublicKey, runningSha256 } from '#secrets';
import { parseLine } from './canonical-line.js';
import type { TreeState } from './checkpoint-text.js';
import {
  CheckpointLine,
  Entry,
  type Header,
  ManifestLine,
  MISSHOWN,
  openManifest,
  showsWhatItCommitsTo,
} from './export-format.js';
import type { TrailBase } from './trail-base.js';
import { type Fault, TrailWalk } from './trail-walk.js';

/** What a file turned out to be. */
interface Checked {
  fault: Fault | null;
  entries: number;
  signed: number;
  /** Up to which entry an anchor was found right; null where there was none to compare with. */
  anchored: number | null;
  /** With how many anchors it was compared. */
  compared: number;
}

/** Checks the lines of one export, in order and in bounded memory. */
export class ExportCheck {
  readonly #walk: TrailWalk;
  readonly #digest = runningSha256();
  readonly #filtered: boolean;
  #entries = 0;
  #last = 0;
  #ended = false;

  constructor(
    private readonly key: AuditPublicKey,
    private readonly header: Header,
    anchors: readonly TreeState[],
    private readonly base: TrailBase,
  ) {
    this.#filtered = Object.keys(header.filters).length > 0;
    this.#walk = new TrailWalk(key, header.practice, this.#filtered ? [] : anchors, base);
    if (header.installation !== key.name || header.publicKey !== key.bytes.toString('base64')) {
      this.#blameFile('of another installation than the given key’s');
    }
  }

  /** The header's own line. */
  begin(bytes: Buffer): void {
    this.#digest.update(bytes);
  }

  line(bytes: Buffer): void {
    if (this.#ended) return this.#blameFile('longer than its manifest says');
    const value = parseLine(bytes);
    const manifest = ManifestLine.safeParse(value);
    if (manifest.success) return this.#manifest(manifest.data.manifest);
    this.#digest.update(bytes);
    const entry = Entry.safeParse(value);
    if (entry.success) return this.#entry(entry.data);
    const checkpoint = CheckpointLine.safeParse(value);
    if (checkpoint.success && !this.#filtered) return this.#walk.checkpoint(checkpoint.data.checkpoint);
    const next = this.#place + 1;
    return this.#walk.blame(next, next, 'not in the form of an entry');
  }

  /** `followed`: another file goes on from this one. */
  finish(followed: boolean): Checked {
    this.#walk.finish({ part: followed || this.header.to !== undefined });
    if (!this.#ended) this.#blameFile('cut: its manifest is missing');
    const { fault, signed, anchored } = this.#walk;
    return { fault, entries: this.#entries, signed, anchored: anchored.upTo, compared: anchored.compared };
  }

  /** What a file that goes on from this one must begin with. */
  get end(): TrailBase {
    return this.#walk.end;
  }

  /** The number of the last entry, as far as none is missing. */
  get #place(): number {
    return this.base.seq + this.#entries;
  }

  #entry(entry: Entry): void {
    const { seq, hash, event } = entry;
    this.#entries += 1;
    if (!this.#filtered) {
      this.#walk.add({ seq, hash: Buffer.from(hash, 'hex'), body: canonicalJson(event) });
    } else if (seq <= this.#last) this.#walk.blame(seq, seq, 'out of place');
    if (!showsWhatItCommitsTo(entry)) this.#walk.blame(seq, seq, MISSHOWN);
    this.#last = seq;
  }

  /** What no entry shows, such as a changed header or an entry taken out of a filtered export. */
  #manifest(note: string): void {
    this.#ended = true;
    const told = openManifest(this.key, this.header.practice, note);
    if (!told) return this.#blameFile('without a manifest that the given key has signed for this practice');
    const asSigned =
      told.sha256 === this.#digest.digest().toString('hex') &&
      told.entries === this.#entries &&
      canonicalJson(told.filters) === canonicalJson(this.header.filters);
    if (!asSigned) return this.#blameFile('not the one that was signed when it was made');
    const { seq, hash } = told.head;
    const { to = seq } = this.header;
    if (to !== seq) return this.#blameFile('not the archive that it says it is');
    if (this.#filtered || (seq === this.#walk.events && hash === this.#walk.head.toString('hex'))) return;
    this.#walk.blame(Math.min(seq, this.#place) + 1, Math.max(seq, this.#place), 'not where the trail ended');
  }

  #blameFile(what: string): void {
    this.#walk.blame(0, 0, what);
  }
}
