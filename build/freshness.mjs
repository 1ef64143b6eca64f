import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');

/** Folders count too: theirs is the time of a deletion. */
function newest(path) {
  const { mtimeMs, ...stat } = statSync(path);
  if ((stat.mode & 0o170000) !== 0o040000) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Whether what was built is there and no source is newer; both are named from the root. */
export function isCurrent(built, sources) {
  const path = join(ROOT, built);
  if (!existsSync(path)) return false;
  const builtAt = statSync(path).mtimeMs;
  return sources.every((source) => newest(join(ROOT, source)) <= builtAt);
}
