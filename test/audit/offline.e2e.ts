import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditRounds, makeProof } from '../../libs/audit/index.js';
import { AuditKey, KeyRing } from '../../libs/secrets/index.js';
import {
  type AuditedPractice,
  bad,
  checked,
  exportTrail,
  grow,
  judged,
  linesOf,
  openAuditedPractice,
} from '../support/audit-files.js';
import { resigned, stolenKey } from '../support/forger.js';
import { type Product, startProduct } from '../support/product.js';
import { secondOpinion, secondOpinionOfProof } from './second-verifier.js';

const keys = KeyRing.generate();
let product: Product;
let own: AuditedPractice;
let foreign: AuditedPractice;
let publicKey: string;

beforeAll(async () => {
  product = await startProduct({ env: { LATCHKEY_KEYS: keys } });
  own = await openAuditedPractice(product);
  foreign = await openAuditedPractice(product);
  publicKey = own.publicKey;
});
afterAll(() => product.stop());

interface Line {
  seq?: number;
  event?: object;
  hash?: string;
  checkpoint?: string;
}
const parse = (file: string): Line[] =>
  file
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
/** Lines are edited as text, so that what is not touched stays as it was. */
const edit = (file: string, change: (lines: string[]) => string[]): string =>
  `${change(file.trimEnd().split('\n')).join('\n')}\n`;
const placeOf = (lines: string[], seq: number) => lines.findIndex((line) => line.endsWith(`"seq":${seq}}`));

/** Puts another event at `seq` and computes the chain anew from there, as somebody without the key would. */
function rehashed(file: string, seq: number): string {
  let before = Buffer.alloc(32);
  return edit(file, (lines) =>
    lines.map((line) => {
      const entry = JSON.parse(line) as Line;
      if (!entry.seq) return line;
      const written = line.slice('{"event":'.length, line.lastIndexOf(',"hash":'));
      const body = entry.seq === seq ? written.replace('"success"', '"refused"') : written;
      const place = Buffer.alloc(8);
      place.writeBigInt64BE(BigInt(entry.seq));
      before = createHash('sha256')
        .update(Buffer.from([0]))
        .update(before)
        .update(place)
        .update(body)
        .digest();
      return line.replace(written, body).replace(/"hash":"\w+"/, `"hash":"${before.toString('hex')}"`);
    }),
  );
}

describe('an exported trail', () => {
  let file: string;
  let other: string;
  let sizes: number[];
  const judgedEdit = (change: (lines: string[]) => string[]) => judged(edit(file, change), publicKey);
  beforeAll(async () => {
    await grow(product, own.id, 4);
    await product.worker?.get(AuditRounds).run();
    await grow(product, own.id, 6);
    file = await exportTrail(product, own.id);
    other = await exportTrail(product, foreign.id);
    sizes = parse(file).flatMap(({ checkpoint }) => (checkpoint ? [Number(checkpoint.split('\n')[1])] : []));
  });

  it('is intact for both verifiers, which know nothing but the file and the public key', async () => {
    expect(await judged(file, publicKey)).toEqual({ intact: true });
    expect(sizes.length).toBeGreaterThanOrEqual(2);
    const verdict = await checked(file, publicKey);
    expect(verdict).toMatchObject({ practice: own.id, entries: sizes.at(-1), signed: sizes.at(-1) });
    expect(verdict.entries).toBeGreaterThan(12);
  });

  it('shows an edited event', async () => {
    const edited = edit(file, (lines) =>
      lines.map((line) => (line.endsWith('"seq":3}') ? line.replace('"success"', '"refused"') : line)),
    );
    expect(await judged(edited, publicKey)).toEqual(bad(3));
  });

  it('shows every edited byte, wherever it stands', async () => {
    const bytes = Buffer.from(file);
    const places = Array.from({ length: Math.ceil(bytes.length / 37) }, (_, index) => index * 37);
    for (const at of [...places, bytes.length - 2, bytes.length - 1]) {
      const edited = Buffer.from(bytes);
      edited.writeUInt8(edited.readUInt8(at) ^ 1, at);
      expect((await checked(edited, publicKey)).intact, `byte ${at}`).toBe(false);
      expect(secondOpinion(edited, publicKey).intact, `byte ${at}`).toBe(false);
    }
  });

  it('shows it also under a manifest that was signed anew: not by the digest of the whole file alone', async () => {
    const [row] = await product.database.query<{ sealed: string }>('select sealed from audit_key');
    const thief = stolenKey(keys, row?.sealed ?? '');
    const bytes = Buffer.from(file);
    expect(await judged(resigned(bytes, thief), publicKey)).toEqual({ intact: true });
    const unseen: string[] = [];
    for (let at = 0; at < bytes.lastIndexOf('{"manifest"'); at += 31) {
      const edited = Buffer.from(bytes);
      edited.writeUInt8(edited.readUInt8(at) ^ 1, at);
      const signed = resigned(edited, thief);
      const opinions = [(await checked(signed, publicKey)).intact, secondOpinion(signed, publicKey).intact];
      if (opinions.includes(true))
        unseen.push(`${opinions.join()} ${edited.toString('utf8', at - 40, at + 10)}`);
    }
    expect(unseen).toEqual([]);
  });

  it('shows an event taken out of the middle, also at its beginning', async () => {
    for (const seq of [1, 5]) {
      expect(await judgedEdit((lines) => lines.toSpliced(placeOf(lines, seq), 1))).toEqual(bad(seq));
    }
  });

  it('shows an event put in, also under a number of its own', async () => {
    const again = edit(file, (lines) =>
      lines.toSpliced(placeOf(lines, 6), 0, lines[placeOf(lines, 4)] ?? ''),
    );
    expect(await judged(again, publicKey)).toEqual(bad(6));
    const numbered = edit(file, (lines) =>
      lines.toSpliced(placeOf(lines, 6), 0, lines[placeOf(lines, 4)]?.replace('"seq":4}', '"seq":6}') ?? ''),
    );
    expect(await judged(numbered, publicKey)).toEqual(bad(6));
    const atTheEnd = edit(file, (lines) =>
      lines.toSpliced(
        -1,
        0,
        lines[placeOf(lines, 4)]?.replace('"seq":4}', `"seq":${(sizes.at(-1) ?? 0) + 1}}`) ?? '',
      ),
    );
    expect(await judged(atTheEnd, publicKey)).toEqual(bad((sizes.at(-1) ?? 0) + 1));
  });

  it('shows two events in each other’s place', async () => {
    const turned = edit(file, (lines) => {
      const [one, two] = [placeOf(lines, 2), placeOf(lines, 3)];
      return lines.with(one, lines[two] ?? '').with(two, lines[one] ?? '');
    });
    expect(await judged(turned, publicKey)).toMatchObject({ intact: false, from: 2 });
  });

  it('shows an event of another practice, and a trail passed off as another practice’s', async () => {
    const foreignLines = other.split('\n');
    const swapped = edit(file, (lines) =>
      lines.with(placeOf(lines, 3), foreignLines[placeOf(foreignLines, 3)] ?? ''),
    );
    expect(await judged(swapped, publicKey)).toEqual(bad(3));
    expect(await judged(other.replaceAll(foreign.id, own.id), publicKey)).toMatchObject({ intact: false });
    expect(
      await judged(other.replace(`"practice":"${foreign.id}"`, `"practice":"${own.id}"`), publicKey),
    ).toMatchObject({
      intact: false,
    });
  });

  it('shows a chain computed anew without the key, between the signatures round it', async () => {
    const [first = 0, second = 0] = sizes;
    expect(await judged(rehashed(file, 2), publicKey)).toEqual(bad(1, first));
    expect(await judged(rehashed(file, first + 2), publicKey)).toEqual(bad(first + 1, second));
  });

  it('shows a file that was cut, or has lost its signatures', async () => {
    expect((await judgedEdit((lines) => lines.slice(0, -1))).intact).toBe(false);
    expect((await judgedEdit((lines) => lines.slice(0, -4))).intact).toBe(false);
    const bare = edit(file, (lines) => lines.filter((line) => !line.startsWith('{"checkpoint"')));
    expect((await judged(bare, publicKey)).intact).toBe(false);
    expect((await checked('', publicKey)).intact).toBe(false);
    expect((await checked('{"format":"something"}\n', publicKey)).intact).toBe(false);
  });

  it('shows one that was signed anew with a key of somebody else’s', async () => {
    expect((await checked(file, AuditKey.generate().public.pem)).intact).toBe(false);
    expect(secondOpinion(Buffer.from(file), AuditKey.generate().public.pem).intact).toBe(false);
  });

  it('lets one event be shown alone', async () => {
    for (const seq of [1, 4, sizes[0] ?? 0, sizes.at(-1) ?? 0]) {
      const proof = (await makeProof(linesOf(file), (entry) => entry.seq === seq)) ?? '';
      expect(proof.split('\n')).toHaveLength(2);
      expect(await checked(proof, publicKey)).toMatchObject({ intact: true, entries: 1 });
      expect(secondOpinionOfProof(proof, publicKey)).toEqual({ intact: true });
      const edited = proof.replace('"success"', '"refused"');
      expect((await checked(edited, publicKey)).fault).toMatchObject({ from: seq, to: seq });
      expect(secondOpinionOfProof(edited, publicKey)).toMatchObject(bad(seq));
      const moved = proof.replace(`"seq":${seq}}`, `"seq":${seq + 1}}`);
      expect((await checked(moved, publicKey)).intact).toBe(false);
      expect(secondOpinionOfProof(moved, publicKey).intact).toBe(false);
    }
    expect(await makeProof(linesOf(file), () => false)).toBeNull();
  });

  it('says who took it', async () => {
    const events = parse(await exportTrail(product, own.id)).flatMap(({ event }) => (event ? [event] : []));
    expect(events.at(-2)).toMatchObject({
      action: 'audit.exported',
      changes: { head: { seq: sizes.at(-1) } },
    });
  });
});
