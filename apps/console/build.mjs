// Builds the console into dist/console, when its sources have changed since or the build is missing.
import { readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isCurrent, ROOT } from '../../build/freshness.mjs';

const BUILT = join(ROOT, 'dist/console');
const SOURCES = ['apps/console', 'libs/contract', 'package-lock.json'];

/** Compressed once here instead of at every request. */
function compress(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (/\.(?:js|css|svg)$/.test(name))
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  }
}

if (!isCurrent('dist/console/index.html', SOURCES)) {
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
