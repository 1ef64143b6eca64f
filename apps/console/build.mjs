// Builds the console into dist/console, when its sources have changed since or the build is missing:
// `npm start` runs this every time, and the second start must stay quick.
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const ROOT = resolve(import.meta.dirname, '../..');
const BUILT = join(ROOT, 'dist/console');
const SOURCES = ['apps/console', 'libs/contract', 'package-lock.json'];

/** Folders count too: theirs is the time of a deletion. */
function newest(path) {
  const { mtimeMs, ...stat } = statSync(path);
  if ((stat.mode & 0o170000) !== 0o040000) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isCurrent() {
  const page = join(BUILT, 'index.html');
  if (!existsSync(page)) return false;
  const builtAt = statSync(page).mtimeMs;
  return SOURCES.every((path) => newest(join(ROOT, path)) <= builtAt);
}

/** Compressed once here instead of at every request. */
function compress(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (/\.(?:js|css|svg)$/.test(name))
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  }
}

if (!isCurrent()) {
  const startedAt = new Date();
  // Whoever builds for a test run says "test", and React would come in the form for its developers.
  process.env.NODE_ENV = 'production';
  const { build } = await import('vite');
  // Beside the old build and then in its place: what runs keeps its files until the new ones are complete.
  const fresh = `${BUILT}-${process.pid}`;
  try {
    await build({
      configFile: join(import.meta.dirname, 'vite.config.mjs'),
      logLevel: 'warn',
      build: { outDir: fresh },
    });
    compress(join(fresh, 'assets'));
    // What is edited while this runs is newer than the build.
    utimesSync(join(fresh, 'index.html'), startedAt, startedAt);
    rmSync(BUILT, { recursive: true, force: true });
    renameSync(fresh, BUILT);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
