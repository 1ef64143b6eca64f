// Compiles the mails into dist/templates.json, when their sources have changed since or the file is missing.
import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCurrent, ROOT } from '../build/freshness.mjs';

const BUILT = 'dist/templates.json';

if (!isCurrent(BUILT, ['templates', 'package-lock.json'])) {
  const startedAt = new Date();
  const { compileMails } = await import('./compile.mjs');
  const mails = await compileMails();
  // Beside the old file and then in its place: what starts meanwhile reads one or the other.
  const fresh = join(ROOT, `${BUILT}-${process.pid}`);
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(fresh, JSON.stringify(mails, null, 1));
  // What is edited while this runs is newer than the build.
  utimesSync(fresh, startedAt, startedAt);
  renameSync(fresh, join(ROOT, BUILT));
}
