import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach } from 'vitest';
import { EmbeddedPostgres } from '../../libs/database/embedded-postgres.js';

export const ROOT = resolve(import.meta.dirname, '../..');
export const isRoot = process.getuid?.() === 0;

/** Node reads our TypeScript as it is; only the suffix of imports is tsc's. */
const HOOK = `import { registerHooks } from 'node:module';
registerHooks({ resolve(specifier, context, next) {
  const own = specifier.startsWith('.') && !context.parentURL.includes('/node_modules/');
  return next(own ? specifier.replace(/\\.js$/, '.ts') : specifier, context);
} });`;
const STARTER = `import { EmbeddedPostgres } from './libs/database/embedded-postgres.ts';
const server = await EmbeddedPostgres.open({ dataDir: process.argv[1], exclusive: true });
process.on('SIGTERM', () => server.stop());
process.stdout.write(server.adminUrl() + '\\n');`;

/** A data directory for one test, in a folder that the server's user may enter. */
export interface TestDataDir {
  folder: string;
  dataDir: string;
  /** Starters in other processes; what still lives is killed after the test. */
  starters: ChildProcess[];
}

/** Gives every test of the file a new data directory, and takes server, files and starters away after it. */
export function useDataDir(): TestDataDir {
  const test: TestDataDir = { folder: '', dataDir: '', starters: [] };
  beforeEach(async () => {
    test.folder = await mkdtemp('/tmp/latchkey-start-');
    await chmod(test.folder, 0o711);
    test.dataDir = join(test.folder, 'data');
  });
  afterEach(async () => {
    for (const starter of test.starters.splice(0)) {
      if (starter.exitCode === null && starter.signalCode === null) {
        starter.kill('SIGKILL');
        await once(starter, 'exit');
      }
    }
    // The last visitor stops what a killed starter left running.
    await EmbeddedPostgres.open({ dataDir: test.dataDir }).then((server) => server.stop());
    const shelter = await readFile(join(test.dataDir, 'postgres.location'), 'utf8').catch(() => undefined);
    if (shelter !== undefined) {
      await rm(dirname(shelter.trim()), { recursive: true });
    }
    await rm(test.folder, { recursive: true });
  });
  return test;
}

/** A starter in a process of its own, running the sources of the checkout `from`. */
export function spawnStarter(test: TestDataDir, from = ROOT): ChildProcess {
  const hook = `data:text/javascript,${encodeURIComponent(HOOK)}`;
  const args = ['--import', hook, '--input-type=module', '-e', STARTER, test.dataDir];
  const starter = spawn(process.execPath, args, { cwd: from, stdio: ['ignore', 'pipe', 'inherit'] });
  test.starters.push(starter);
  return starter;
}

/** Such a starter once its server takes connections, with the owner's URL. */
export async function startElsewhere(
  test: TestDataDir,
  from = ROOT,
): Promise<{ starter: ChildProcess; url: string }> {
  const starter = spawnStarter(test, from);
  const [line] = (await once(starter.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return { starter, url: line.toString().trim() };
}

/** The rows of one statement on a connection of its own. */
export async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Process id of the data directory's server. */
export async function postmasterPid({ dataDir }: TestDataDir): Promise<number> {
  const location = await readFile(join(dataDir, 'postgres.location'), 'utf8').catch(() =>
    join(dataDir, 'postgres'),
  );
  return Number.parseInt(await readFile(join(location.trim(), 'postmaster.pid'), 'utf8'), 10);
}

/** Whether no such process runs; a zombie is one no more. */
export async function isGone(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return state === undefined || / Z /.test(state);
}

/** Permission bits of a file. */
export async function mode(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}
