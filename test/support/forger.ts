import { AuditKey, KeyRing } from '../../libs/secrets/index.js';
import { hash, treeHash, ZERO } from '../audit/second-tree.js';

/** Who may forge: somebody with the roots of the installation and its sealed signing key. */
export const stolenKey = (roots: string, sealed: string): AuditKey =>
  AuditKey.open(KeyRing.parse(roots), sealed);

/** A file from a trail's first entry on, its entry `seq` made another and all of it signed anew: no fault of its own. */
export function forged(file: string, seq: number, key: AuditKey): string {
  const [header = '', ...lines] = file.trimEnd().split('\n');
  const { practice, filters } = JSON.parse(header);
  const origin = `${key.public.name}/${practice}`;
  const hashes: Buffer[] = [];
  const written = [header];
  for (const line of lines) {
    const { checkpoint, manifest } = JSON.parse(line);
    if (checkpoint) {
      const text = `${origin}\n${hashes.length}\n${treeHash(hashes).toString('base64')}\n`;
      written.push(JSON.stringify({ checkpoint: key.sign(text) }));
    } else if (manifest) {
      const { exportedAt } = JSON.parse(String(manifest).split('\n')[1] ?? '');
      const sha256 = hash(written.map((one) => `${one}\n`).join('')).toString('hex');
      const head = { hash: hashes.at(-1)?.toString('hex'), seq: hashes.length };
      const told = { entries: hashes.length, exportedAt, filters, head, sha256 };
      written.push(JSON.stringify({ manifest: key.sign(`${origin}/export\n${JSON.stringify(told)}\n`) }));
    } else written.push(entryOf(line, seq, hashes));
  }
  return `${written.join('\n')}\n`;
}

/** A file as it is, whatever it says, with a manifest that says of its bytes what they are. */
export function resigned(file: Buffer, key: AuditKey): Buffer {
  const end = file.lastIndexOf('\n', file.length - 2) + 1;
  const before = file.subarray(0, end);
  const { manifest } = JSON.parse(file.subarray(end).toString());
  const [title, told] = String(manifest).split('\n');
  const text = JSON.stringify({ ...JSON.parse(told ?? ''), sha256: hash(before).toString('hex') });
  const line = JSON.stringify({ manifest: key.sign(`${title}\n${text}\n`) });
  return Buffer.concat([before, Buffer.from(`${line}\n`)]);
}

function entryOf(line: string, seq: number, hashes: Buffer[]): string {
  const body = line.slice('{"event":'.length, line.indexOf(',"hash":"'));
  const own = hashes.length + 1;
  const changed = own === seq ? body.replace('"success"', '"refused"') : body;
  const place = Buffer.alloc(8);
  place.writeBigUInt64BE(BigInt(own));
  hashes.push(hash(ZERO, hashes.at(-1) ?? Buffer.alloc(32), place, changed));
  return line
    .replace(body, changed)
    .replace(/"hash":"[0-9a-f]{64}"/, `"hash":"${hashes.at(-1)?.toString('hex')}"`);
}
