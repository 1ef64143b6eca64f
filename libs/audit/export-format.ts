import * as z from 'zod';
import { type Canonical, canonicalJson } from '#runtime';
import { type AuditKey, type AuditPublicKey, isCommittedTo, runningSha256 } from '#secrets';
import type { Link } from './chain.js';
import { originOf } from './checkpoint-text.js';
import { isEdgeOf } from './merkle.js';
import { BEGINNING, type TrailBase } from './trail-base.js';

// The lines of an export, as docs/audit-format.md describes them.

const EXPORT_FORMAT = 'latchkey-audit/1';

/** What the file goes on from, when the entries before stand in other files. */
const After = z.strictObject({
  seq: z.int().positive(),
  hash: z.hex().length(64),
  edge: z.array(z.base64()),
});

export const Header = z.strictObject({
  after: After.exactOptional(),
  format: z.literal(EXPORT_FORMAT),
  installation: z.string(),
  practice: z.uuid(),
  publicKey: z.base64(),
  filters: z.record(z.string(), z.string()),
  /** The last entry of an archive: others hold what follows. */
  to: z.int().positive().exactOptional(),
});
export type Header = z.infer<typeof Header>;

export const Entry = z.strictObject({
  seq: z.int().positive(),
  hash: z.hex().length(64),
  event: z.record(z.string(), z.json()),
  personal: z.record(z.string(), z.strictObject({ salt: z.base64(), value: z.string() })).optional(),
});
export type Entry = z.infer<typeof Entry>;

export const CheckpointLine = z.strictObject({ checkpoint: z.string() });
export const ManifestLine = z.strictObject({ manifest: z.string() });

/** What is signed of a whole file, filtered or not: how much it holds, and every byte before this line. */
const Manifest = z.strictObject({
  entries: z.int(),
  exportedAt: z.iso.datetime(),
  filters: Header.shape.filters,
  head: z.strictObject({ seq: z.int(), hash: z.hex() }),
  sha256: z.hex().length(64),
});
export type Manifest = z.infer<typeof Manifest>;

/** An entry's line; the event stands in it byte for byte as it is chained. */
export function entryLine({
  seq,
  hash,
  body,
  personal,
}: Link & { personal: Entry['personal'] | null }): string {
  const shown = personal ? `"personal":${canonicalJson(personal)},` : '';
  return `{"event":${body},"hash":"${hash.toString('hex')}",${shown}"seq":${seq}}\n`;
}

export const MISSHOWN = 'shown with a name or address that it does not commit to';

/** Whether everything personal that is shown beside an event is what the event commits to. */
export function showsWhatItCommitsTo({ event, personal = {} }: Entry): boolean {
  const commitments = (event['commitments'] ?? {}) as Record<string, unknown>;
  return Object.entries(personal).every(([pointer, { salt, value }]) =>
    isCommittedTo(String(commitments[pointer]), Buffer.from(salt, 'base64'), value),
  );
}

export const lineOf = (value: Canonical): string => `${canonicalJson(value)}\n`;

/** First line: whose trail, which part of it, and who signs. A filtered one has no tree that could go on. */
export function headerOf(
  key: AuditPublicKey,
  { practice, filters, base, to }: { practice: string; base: TrailBase } & Pick<Header, 'filters' | 'to'>,
): Header {
  const whole = base.seq === 0 || Object.keys(filters).length > 0;
  return {
    ...(to !== undefined && { to }),
    ...(!whole && { after: afterOf(base) }),
    format: EXPORT_FORMAT,
    installation: key.name,
    practice,
    publicKey: key.bytes.toString('base64'),
    filters,
  };
}

function afterOf({ seq, hash, edge }: TrailBase): z.infer<typeof After> {
  const subtrees = Array.from({ length: edge.length / 32 }, (_, index) =>
    edge.toString('base64', index * 32, (index + 1) * 32),
  );
  return { seq, hash: hash.toString('hex'), edge: subtrees };
}

/** What the file goes on from; null when its header says something that cannot be. */
export function baseOf({ after }: Header): TrailBase | null {
  if (!after) return BEGINNING;
  const edge = Buffer.concat(after.edge.map((hash) => Buffer.from(hash, 'base64')));
  return isEdgeOf(after.seq, edge) ? { seq: after.seq, hash: Buffer.from(after.hash, 'hex'), edge } : null;
}

/** The first line of the signed text keeps it apart from a checkpoint, and from other practices. */
const titleOf = (key: AuditPublicKey, practice: string): string => `${originOf(key.name, practice)}/export\n`;

/** Last line: signed over everything before it. */
export function manifestLine(key: AuditKey, practice: string, manifest: Manifest): string {
  return lineOf({ manifest: key.sign(`${titleOf(key.public, practice)}${canonicalJson(manifest)}\n`) });
}

/** Null for a note that the key has not signed, or not as the manifest of this practice. */
export function openManifest(key: AuditPublicKey, practice: string, note: string): Manifest | null {
  const text = key.open(note);
  const title = titleOf(key, practice);
  if (!text?.startsWith(title)) return null;
  const parsed = Manifest.safeParse(JSON.parse(text.slice(title.length)));
  return parsed.success ? parsed.data : null;
}

/** Counts and digests the lines of a file while they pass. */
export class LineDigest {
  readonly #digest = runningSha256();

  pass(line: string): string {
    this.#digest.update(line);
    return line;
  }

  finish(): string {
    return this.#digest.digest().toString('hex');
  }
}
