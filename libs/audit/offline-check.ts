import { AuditPublicKey } from '#secrets';
import { readAnchor, UNREADABLE } from './anchor-reading.js';
import { parseLine } from './canonical-line.js';
import type { TreeState } from './checkpoint-text.js';
import { ExportCheck } from './export-check.js';
import { baseOf, Header } from './export-format.js';
import { checkProof, Proof } from './proof.js';
import type { TrailBase } from './trail-base.js';
import type { Fault } from './trail-walk.js';

/** What could be told of a file without any database. */
export interface Verdict {
  intact: boolean;
  /** Null for a file that is neither an export nor a proof. */
  practice: string | null;
  installation: string | null;
  entries: number;
  /** Up to which entry signatures were found right. */
  signed: number;
  /** Up to which entry an anchor was found right; null where none could be compared with the file. */
  anchored: number | null;
  /**
   * How many anchors speak of the practice, up to which entry, how many the file was compared with, and the lines
   * among them that nobody can read.
   */
  anchors: { given: number; reach: number | null; compared: number; unreadable: readonly number[] };
  /** It ends before the trail does, and says so. */
  archive: boolean;
  fault: Fault | null;
  /** What a whole trail, or an archive, goes on from, and where it ends; absent where nothing can go on. */
  after?: TrailBase;
  end?: TrailBase;
}

export interface Evidence {
  /** Lines as bytes, each with its newline. */
  file: AsyncIterable<Buffer>;
  /** PEM of the installation's public key; null takes the key that the file names, which proves less. */
  publicKey: string | null;
  anchors: AsyncIterable<Buffer> | null;
  /** Another file goes on from this one: what anchors know beyond its end is that one's matter. */
  followed?: boolean;
}

const NO_ANCHORS = { given: 0, reach: null, compared: 0, unreadable: [] };

const nothing = (what: string): Verdict => ({
  intact: false,
  practice: null,
  installation: null,
  entries: 0,
  signed: 0,
  anchored: null,
  anchors: NO_ANCHORS,
  archive: false,
  fault: { from: 0, to: 0, what },
});

/** Checks an export, or the proof of one event, with a public key and what was kept outside. */
export async function checkOffline({ file, publicKey, anchors, followed }: Evidence): Promise<Verdict> {
  const lines = file[Symbol.asyncIterator]();
  const first = await lines.next();
  const value = first.done ? null : parseLine(first.value);
  const about = Header.or(Proof).safeParse(value);
  if (!about.success) return nothing('neither an export of a trail nor a proof of one event');
  const named = AuditPublicKey.of(Buffer.from(about.data.publicKey, 'base64'));
  const key = publicKey === null ? named : AuditPublicKey.fromPem(publicKey);
  if (!key)
    return nothing(publicKey === null ? 'without a public key' : 'not checked: that is no public key');
  const { practice } = about.data;
  const { known, unreadable, wrong } = await statesOf(anchors, key, practice);
  if (wrong !== null) return { ...nothing(`not checked: the anchor is not right: ${wrong}`), practice };
  const told = { practice, installation: key.name };
  const given = { given: known.length, reach: known.at(-1)?.size ?? null, unreadable };
  if ('path' in about.data) {
    const { fault, signed } = checkProof(key, about.data, (await lines.next()).done !== true);
    const untold = { anchored: null, anchors: { ...given, compared: 0 }, archive: false };
    return { ...told, ...untold, intact: fault === null, entries: 1, signed, fault };
  }
  const base = baseOf(about.data);
  if (!base) return nothing('without the tree that it says it goes on from');
  const check = new ExportCheck(key, about.data, known, base);
  check.begin(first.value as Buffer);
  for (let next = await lines.next(); !next.done; next = await lines.next()) check.line(next.value);
  const { compared, ...found } = check.finish(followed === true);
  const anchoring = { anchors: { ...given, compared }, archive: about.data.to !== undefined };
  return { ...told, ...anchoring, ...found, intact: found.fault === null, after: base, end: check.end };
}

/** What is wrong where one file of a trail is to go on from another; null when it does. */
export function seam(before: Verdict, next: Verdict): Fault | null {
  const [end, after] = [before.end, next.after];
  const joined =
    before.practice === next.practice &&
    before.installation === next.installation &&
    end?.seq === after?.seq &&
    end?.hash.equals(after?.hash ?? Buffer.alloc(0)) === true &&
    end.edge.equals(after?.edge ?? Buffer.alloc(0));
  if (joined) return null;
  const [last, first] = [end?.seq ?? 0, (after?.seq ?? 0) + 1];
  return {
    from: Math.min(last + 1, first),
    to: Math.max(last, first),
    what: 'not where the file before ends',
  };
}

interface Known {
  /** What anchors know of the practice, by size. */
  known: TreeState[];
  unreadable: number[];
  /** A sentence where one is not what the key has signed. */
  wrong: string | null;
}

async function statesOf(
  anchors: AsyncIterable<Buffer> | null,
  key: AuditPublicKey,
  practice: string,
): Promise<Known> {
  const states = new Map<string, TreeState>();
  const unreadable: number[] = [];
  const told = (wrong: string | null) => {
    const known = [...states.values()].toSorted((one, other) => one.size - other.size);
    return { known, unreadable, wrong };
  };
  if (anchors === null) return told(null);
  let line = 0;
  for await (const bytes of anchors) {
    line += 1;
    try {
      const state = readAnchor(bytes.toString('utf8'), key, practice);
      if (state === UNREADABLE) unreadable.push(line);
      else if (state) states.set(`${state.size} ${state.root.toString('hex')}`, state);
    } catch (error) {
      return told(`line ${line}: ${(error as Error).message}`);
    }
  }
  return told(states.size === 0 ? 'it does not name this practice' : null);
}
