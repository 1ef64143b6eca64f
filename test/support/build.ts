import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** Brings dist/ up to date: suites of the real processes and of the browser run what `npm start` runs. */
export default function setup(): void {
  // Hundreds of processes are started, each of which would compile the same modules again.
  process.env['NODE_COMPILE_CACHE'] ??= join(ROOT, 'node_modules/.cache/compiled');
  const built = spawnSync(process.execPath, [join(ROOT, 'build/all.mjs')], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`Console and mails were not built:\n${built.stderr}`);
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-b'], { cwd: ROOT, encoding: 'utf8' });
  // What has errors is emitted all the same; that there are none is for `npm run check` to say.
  if (status !== 0) process.stderr.write(`tsc -b ended with ${status}:\n${stdout}\n`);
}
