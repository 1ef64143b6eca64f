import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** The mails as the renderer loads them: specs need nothing else of dist/. */
export default function setup(): void {
  const script = resolve(import.meta.dirname, '../../templates/build.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The mails were not built:\n${stderr}`);
}
