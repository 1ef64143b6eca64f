// A verifier of its own, written from docs/audit-format.md. It shares no code with the product, on purpose:
// not even what would be handy. What both call intact is intact by the page, not by one program's habit.
import { createPublicKey, verify } from 'node:crypto';
import { Entries, hash, ONE, rootOfPath, treeHash, Wrong, ZERO } from './second-tree.js';

export interface Opinion {
  intact: boolean;
  /** The first bad entry lies from here to there; 0 where it is the file, not an entry. */
  from?: number;
  to?: number;
  why?: string;
  /** Lines among the anchors that are none. */
  unreadable?: number[];
}

function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const object = value as Record<string, unknown>;
  const names = Object.keys(object).sort((a, b) => (a < b ? -1 : 1));
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(object[name])}`).join(',')}}`;
}

class Key {
  readonly name: string;
  readonly #object;
  readonly #hint: Buffer;

  constructor(pem: string) {
    this.#object = createPublicKey(pem);
    const raw = this.#object.export({ type: 'spki', format: 'der' }).subarray(-32);
    this.name = `latchkey/${hash(raw).toString('hex').slice(0, 16)}`;
    this.#hint = hash(`${this.name}\n`, ONE, raw).subarray(0, 4);
  }

  text(note: string): string | null {
    const cut = note.lastIndexOf('\n\n');
    if (cut < 0) return null;
    const text = note.slice(0, cut + 1);
    const prefix = `— ${this.name} `;
    let right = 0;
    for (const line of note.slice(cut + 2).split('\n')) {
      if (!line.startsWith(prefix)) continue;
      const bytes = Buffer.from(line.slice(prefix.length), 'base64');
      if (bytes.toString('base64') !== line.slice(prefix.length)) return null;
      if (!bytes.subarray(0, 4).equals(this.#hint)) continue;
      if (!verify(null, Buffer.from(text), this.#object, bytes.subarray(4))) return null;
      right += 1;
    }
    return right > 0 && note.endsWith('\n') ? text : null;
  }
}

interface State {
  origin: string;
  size: number;
  root: Buffer;
}

function checkpoint(key: Key, note: string): State | null {
  const text = key.text(note);
  const match = text === null ? null : /^([^\n]+)\n(0|[1-9]\d*)\n([\w+/]{43}=)\n$/.exec(text);
  return (
    match && { origin: match[1] ?? '', size: Number(match[2]), root: Buffer.from(match[3] ?? '', 'base64') }
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function anchored(key: Key, practice: string, file: string): State[] {
  const states: State[] = [];
  for (const line of file.split('\n').filter(isJson)) {
    const { checkpoint: note, practices } = JSON.parse(line);
    if (note === undefined) continue;
    const state = checkpoint(key, note);
    if (!state) throw new Wrong(0, 0, 'an anchor is not signed');
    if (!practices) {
      states.push(state);
      continue;
    }
    const texts = (practices as [string, number, string][]).map(
      ([id, size, root]) => `${key.name}/${id}\n${size}\n${root}\n`,
    );
    const root = treeHash(texts.map((text) => Buffer.from(text)));
    if (state.origin !== key.name || state.size !== texts.length || !root.equals(state.root)) {
      throw new Wrong(0, 0, 'an anchor is not what was signed');
    }
    for (const [id, size, own] of practices) {
      if (id === practice)
        states.push({ origin: `${key.name}/${id}`, size, root: Buffer.from(own, 'base64') });
    }
  }
  return states.filter(({ origin }) => origin === `${key.name}/${practice}`).sort((a, b) => a.size - b.size);
}

/** What this verifier thinks of an export, with the key and the anchors that somebody kept. */
export const secondOpinion = (file: Buffer, pem: string, anchors = ''): Opinion =>
  secondOpinionOfAll([file], pem, anchors);

/** What it thinks of archives and perhaps an export behind them, in their order: as one trail. */
export function secondOpinionOfAll(files: Buffer[], pem: string, anchors = ''): Opinion {
  try {
    const key = new Key(pem);
    let before: Judged | undefined;
    for (const [index, file] of files.entries()) {
      const judged = judge(file.toString('utf8'), key, anchors, index < files.length - 1);
      if (before) mustJoin(before, judged);
      before = judged;
    }
    const unreadable = anchors
      .split('\n')
      .flatMap((line, index) => (line === '' || isJson(line) ? [] : [index + 1]));
    return { intact: true, ...(unreadable.length > 0 && { unreadable }) };
  } catch (error) {
    if (!(error instanceof Wrong)) return { intact: false, from: 0, to: 0, why: String(error) };
    return { intact: false, from: error.from, to: error.to, why: error.message };
  }
}

interface Judged {
  practice: string;
  first: number;
  after: { hash: string } | undefined;
  entries: Entries;
}

function mustJoin(before: Judged, { practice, first, after, entries }: Judged): void {
  const joined =
    practice === before.practice &&
    first === before.entries.count &&
    after?.hash === before.entries.head.toString('hex') &&
    entries.rootBefore.equals(before.entries.root);
  if (!joined) throw new Wrong(before.entries.count + 1, first + 1, 'not where the file before ends');
}

function judge(text: string, key: Key, anchors: string, followed: boolean): Judged {
  if (!text.endsWith('\n')) throw new Wrong(0, 0, 'the last line is cut');
  const lines = text.slice(0, -1).split('\n');
  const header = headerIn(lines[0] ?? '');
  const origin = `${key.name}/${header.practice}`;
  const entries = new Entries(header.after);
  const known = anchored(key, header.practice, anchors).filter(({ size }) => size >= entries.first);
  let agreed = 0;
  const compare = () => {
    for (const state of known.filter(({ size }) => size === entries.count)) {
      if (!state.root.equals(entries.root))
        throw new Wrong(agreed + 1, entries.count, 'not what was anchored');
      agreed = entries.count;
    }
  };
  compare();
  agreed = entries.first;
  for (const line of lines.slice(1, -1)) {
    const next = entries.count + 1;
    const value = parsed(line, next);
    if ('checkpoint' in value) {
      const state = checkpoint(key, value['checkpoint'] as string);
      if (!state || state.origin !== origin)
        throw new Wrong(agreed + 1, entries.count, 'a foreign checkpoint');
      if (state.size > entries.count) throw new Wrong(next, state.size, 'signed, but gone');
      if (!state.root.equals(entries.root)) throw new Wrong(agreed + 1, state.size, 'not what was signed');
      agreed = state.size;
      continue;
    }
    const entry = value as {
      seq: number;
      hash: string;
      event: unknown;
      personal?: Record<string, { salt: string; value: string }>;
    };
    if (Object.keys(entry).some((name) => !ENTRY.has(name))) throw new Wrong(next, next, 'no entry');
    if (entry.seq > next) throw new Wrong(next, entry.seq - 1, 'missing');
    if (entry.seq !== next) throw new Wrong(next, next, 'out of place');
    const place = Buffer.alloc(8);
    place.writeBigUInt64BE(BigInt(next));
    const link = hash(ZERO, entries.head, place, canonical(entry.event));
    if (link.toString('hex') !== entry.hash) throw new Wrong(next, next, 'another event than was written');
    mustMatch(entry, next);
    entries.hashes.push(link);
    compare();
  }
  const beyond = known.at(-1)?.size ?? 0;
  if (header.to !== undefined && header.to !== entries.count) throw new Wrong(0, 0, 'another end');
  const ends = !followed && header.to === undefined;
  if (ends && beyond > entries.count) throw new Wrong(entries.count + 1, beyond, 'anchored, but gone');
  manifest(lines, key, origin, entries);
  const expected = { publicKey: createPublicKeyBytes(header.publicKey), name: header.installation };
  if (expected.name !== key.name || expected.publicKey !== key.name) throw new Wrong(0, 0, 'another key');
  return { practice: header.practice, first: entries.first, after: header.after, entries };
}

interface Header {
  practice: string;
  installation: string;
  publicKey: string;
  after?: ConstructorParameters<typeof Entries>[0];
  to?: number;
}

const ENTRY = new Set(['event', 'hash', 'personal', 'seq']);
const MEMBERS = new Set(['after', 'filters', 'format', 'installation', 'practice', 'publicKey', 'to']);

function headerIn(line: string): Header {
  const header = parsed(line, 0);
  const known = Object.keys(header).every((name) => MEMBERS.has(name));
  const whole = canonical(header['filters']) === '{}';
  if (!known || !whole || header['format'] !== 'latchkey-audit/1') throw new Wrong(0, 0, 'another header');
  return header as unknown as Header;
}

function mustMatch(
  entry: { event: unknown; personal?: Record<string, { salt: string; value: string }> },
  place: number,
) {
  const { commitments = {} } = entry.event as { commitments?: Record<string, string> };
  for (const [pointer, { salt, value }] of Object.entries(entry.personal ?? {})) {
    const bytes = Buffer.from(salt, 'base64');
    const digest = hash(bytes, Buffer.from(value, 'utf8')).toString('base64');
    const right = bytes.length === 16 && bytes.toString('base64') === salt && commitments[pointer] === digest;
    if (!right) throw new Wrong(place, place, 'another name');
  }
}

const createPublicKeyBytes = (base64: string): string =>
  `latchkey/${hash(Buffer.from(base64, 'base64')).toString('hex').slice(0, 16)}`;

function parsed(line: string, place: number): Record<string, unknown> {
  try {
    const value = JSON.parse(line);
    if (canonical(value) === line) return value;
  } catch {
    // The same as another form.
  }
  throw new Wrong(place, place, 'not canonical');
}

function manifest(lines: string[], key: Key, origin: string, { hashes, count }: Entries): void {
  const last = parsed(lines.at(-1) ?? '', 0);
  const text = key.text((last['manifest'] as string | undefined) ?? '');
  const [title, told] = text?.split('\n') ?? [];
  if (title !== `${origin}/export` || !told) throw new Wrong(0, 0, 'no manifest');
  const { entries, head, sha256 } = JSON.parse(told);
  const before = lines
    .slice(0, -1)
    .map((line) => `${line}\n`)
    .join('');
  if (hash(before).toString('hex') !== sha256) throw new Wrong(0, 0, 'another file than was signed');
  if (entries !== hashes.length || head.seq !== count) throw new Wrong(count, head.seq, 'another end');
}

/** What this verifier thinks of the proof of one event. */
export function secondOpinionOfProof(line: string, pem: string): Opinion {
  const key = new Key(pem);
  const {
    before,
    checkpoint: note,
    entry,
    path,
    practice,
  } = parsed(line.slice(0, -1), 0) as {
    before: string;
    checkpoint: string;
    entry: { seq: number; hash: string; event: unknown };
    path: string[];
    practice: string;
  };
  const { seq } = entry;
  const wrong = { intact: false, from: seq, to: seq };
  const place = Buffer.alloc(8);
  place.writeBigUInt64BE(BigInt(seq));
  const link = hash(ZERO, Buffer.from(before, 'hex'), place, canonical(entry.event));
  if (link.toString('hex') !== entry.hash) return { ...wrong, why: 'another event' };
  const state = checkpoint(key, note);
  if (state?.origin !== `${key.name}/${practice}`) return { ...wrong, why: 'a foreign checkpoint' };
  const steps = path.map((step) => Buffer.from(step, 'base64'));
  const root = seq <= state.size ? rootOfPath(link, seq - 1, state.size, steps) : null;
  return root?.equals(state.root) ? { intact: true } : { ...wrong, why: 'not below that root' };
}
