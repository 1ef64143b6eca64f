import { existsSync } from 'node:fs';
import { makeProof } from '#audit';
import { byteLines } from './byte-lines.js';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';

/** Prints the proof of one event of an export; it says nothing of the other events. */
export async function auditProve(file: string, { event }: { event: string }): Promise<void> {
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}`);
  const proof = await makeProof(
    byteLines(file),
    ({ seq, event: { id } }) => event === String(seq) || event === id,
  );
  if (!proof) throw new UsageError(`${file} is no whole export of a trail with an event ${event}`);
  shell().stdout.write(proof);
}
