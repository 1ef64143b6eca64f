import * as z from 'zod';
import { type Canonical, canonicalJson } from '#runtime';
import type { AuditPublicKey } from '#secrets';
import { parseLine } from './canonical-line.js';
import { linkHash } from './chain.js';
import { originOf, parseCheckpoint } from './checkpoint-text.js';
import {
  baseOf,
  CheckpointLine,
  Entry,
  Header,
  lineOf,
  MISSHOWN,
  showsWhatItCommitsTo,
} from './export-format.js';
import { PathFinder, rootByPath } from './merkle.js';
import { BEGINNING } from './trail-base.js';
import type { Fault } from './trail-walk.js';

const FORMAT = 'latchkey-proof/1';

/** One event, shown alone: its link, and the path from there to a signed root. */
export const Proof = z.strictObject({
  format: z.literal(FORMAT),
  installation: z.string(),
  practice: z.uuid(),
  publicKey: z.base64(),
  entry: Entry,
  /** Hash of the link before, which the entry's own hash is made of; it tells nothing. */
  before: z.hex().length(64),
  path: z.array(z.base64()),
  checkpoint: z.string(),
});
export type Proof = z.infer<typeof Proof>;

/**
 * Takes one event out of an export, with its path under the first checkpoint that signs it; null when the
 * export does not hold it. It is as right as the export: check either.
 */
export async function makeProof(
  lines: AsyncIterable<Buffer>,
  isSought: (entry: Entry) => boolean,
): Promise<string | null> {
  let finder = new PathFinder();
  let header: Header | undefined;
  let found: Pick<Proof, 'entry' | 'before'> | undefined;
  let before = BEGINNING.hash.toString('hex');
  for await (const bytes of lines) {
    const value = parseLine(bytes);
    if (!header) {
      header = Header.safeParse(value).data;
      const base = header && baseOf(header);
      if (!base) return null;
      finder = PathFinder.resume(base.seq, base.edge);
      before = base.hash.toString('hex');
    }
    const entry = Entry.safeParse(value).data;
    if (entry) {
      const sought = !found && isSought(entry);
      finder.add(Buffer.from(entry.hash, 'hex'), sought);
      if (sought) found = { entry, before };
      before = entry.hash;
    }
    const signed = CheckpointLine.safeParse(value).data;
    if (!signed || !found || !header) continue;
    const { installation, practice, publicKey } = header;
    const path = finder.finish().map((hash) => hash.toString('base64'));
    const shown = { entry: found.entry as Canonical, before: found.before };
    return lineOf({ format: FORMAT, installation, practice, publicKey, ...shown, path, ...signed });
  }
  return null;
}

/** What is wrong with a proof, and up to which event its checkpoint signs. */
export function checkProof(
  key: AuditPublicKey,
  proof: Proof,
  more: boolean,
): { fault: Fault | null; signed: number } {
  const { seq, hash, event } = proof.entry;
  const wrong = (what: string) => ({ fault: { from: seq, to: seq, what }, signed: 0 });
  const link = linkHash(Buffer.from(proof.before, 'hex'), seq, canonicalJson(event));
  if (link.toString('hex') !== hash) return wrong('not the one that was written here');
  if (!showsWhatItCommitsTo(proof.entry)) return wrong(MISSHOWN);
  const state = parseCheckpoint(key.open(proof.checkpoint) ?? '');
  if (!state) return wrong('under a signature that is not the given key’s');
  if (state.origin !== originOf(key.name, proof.practice)) return wrong('signed as one of another practice');
  const path = proof.path.map((text) => Buffer.from(text, 'base64'));
  const root = rootByPath(link, { index: seq - 1, size: state.size }, path);
  if (!root?.equals(state.root)) return wrong('not the one that was signed');
  if (more) return wrong('followed by something that no proof holds');
  return { fault: null, signed: state.size };
}
