import { spawn } from 'node:child_process';
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPostmaster, isAlive, type Postmaster, readPidFile, readPidFileLines } from './postmaster.js';
import { replaceFile, type ServerFiles } from './server-files.js';
import { settingArguments } from './server-settings.js';
import { SERVER_ENVIRONMENT } from './server-user.js';

/** How the server is started when it does not run yet. */
export interface LaunchOptions {
  /** Server settings over the built-in ones. */
  settings: Record<string, string>;
  /** The one port to use; any free one when absent. */
  port?: number;
  log: (line: string) => void;
}

/** A start that failed for a reason that passes: the port was taken meanwhile, an earlier server's last processes are going. */
const PASSING =
  /Address already in use|could not create any TCP\/IP sockets|still in use|lock file .* already exists/;
const PASSING_SECONDS = 20;
/** Crash recovery replays at most a few gigabytes; beyond this something is wrong. */
const STARTING_SECONDS = 600;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** Waits until the cluster's server takes connections, starting it when none lives. @throws Error with the server's last words. */
export async function ensureRunning(files: ServerFiles, options: LaunchOptions): Promise<Postmaster> {
  const startedAt = performance.now();
  let told = 0;
  for (;;) {
    const seconds = (performance.now() - startedAt) / 1000;
    const server = await findPostmaster(files.cluster);
    if (server?.status === 'ready') {
      return server;
    }
    if (server === undefined) {
      const complaint = await launch(files, options);
      if (complaint !== undefined && (!PASSING.test(complaint) || seconds > PASSING_SECONDS)) {
        throw new Error(`PostgreSQL did not start: ${complaint} (see ${files.log})`);
      }
    } else if (seconds > STARTING_SECONDS) {
      throw new Error(`PostgreSQL (process ${server.pid}) is still ${server.status}; see ${files.log}`);
    } else if (seconds > told + 5) {
      told = seconds;
      options.log(`PostgreSQL (process ${server.pid}) is still ${server.status}`);
    }
    await sleep(server === undefined ? 0 : 20);
  }
}

/** Starts the server; what it complained about when it ended again, `undefined` when it stayed. */
async function launch(files: ServerFiles, options: LaunchOptions): Promise<string | undefined> {
  const port = options.port ?? (await freePort());
  const args = ['-D', files.cluster, ...settingArguments({ ...options.settings, port: String(port) })];
  await disarmStalePidFile(files);
  await rotate(files.log);
  const log = await open(files.log, 'a', 0o600);
  try {
    const { size } = await log.stat();
    return (await runServer(files, args, log)) ? undefined : await complaintIn(files.log, size);
  } finally {
    await log.close();
  }
}

/** Whether the server got as far as taking connections, or as recovering, and still lives. */
async function runServer(files: ServerFiles, args: string[], log: FileHandle): Promise<boolean> {
  // A session of its own (`detached`): a Ctrl-C in our terminal must not reach the server before its clients have ended.
  const server = spawn(files.binaries.postgres, args, {
    ...files.user,
    cwd: '/',
    env: SERVER_ENVIRONMENT,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = new AbortController();
  server.once('exit', () => ended.abort());
  server.once('error', (error) => ended.abort(error));
  server.unref();
  const startedAt = performance.now();
  while (!ended.signal.aborted) {
    const named = await readPidFile(files.cluster);
    const isRecovering = performance.now() - startedAt > 2000;
    if (named?.pid === server.pid && (named?.status === 'ready' || isRecovering)) {
      return true;
    }
    await sleep(10);
  }
  if (server.pid === undefined) {
    throw ended.signal.reason;
  }
  await sleep(100);
  return false;
}

/**
 * After a crash another program may run under the dead server's pid, and PostgreSQL would take it for a live
 * server. The file then names a pid that no system gives out, rather than being removed: its other lines let
 * PostgreSQL see for itself whether processes of the dead server still hold the shared memory.
 */
async function disarmStalePidFile(files: ServerFiles): Promise<void> {
  const path = join(files.cluster, 'postmaster.pid');
  const named = await readPidFile(files.cluster);
  if (named === undefined) {
    return;
  }
  if (Number.isNaN(named.pid)) {
    // Empty: the disk was full, or its writer was killed; a live writer is done within a moment.
    await sleep(1000);
    if (Number.isNaN((await readPidFile(files.cluster))?.pid)) {
      await rm(path, { force: true });
    }
  } else if (isAlive(named.pid) && (await findPostmaster(files.cluster)) === undefined) {
    const [, ...rest] = (await readPidFileLines(files.cluster)) ?? [];
    await replaceFile(path, ['2147483647', ...rest].join('\n'), files.user);
  }
}

async function rotate(log: string): Promise<void> {
  const found = await stat(log).catch(() => undefined);
  if (found !== undefined && found.size > LOG_LIMIT_BYTES) {
    await rename(log, `${log}.1`);
  }
}

/** The last fault in the log after `from` bytes. */
async function complaintIn(log: string, from: number): Promise<string> {
  const text = (await readFile(log)).subarray(from).toString('utf8');
  const faults = text.split('\n').filter((line) => /FATAL|PANIC|LOG:.*could not|: error/.test(line));
  return (faults.length > 0 ? faults.join('; ') : text.trim().slice(-500)).replaceAll(/\s+/g, ' ');
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') {
    throw new Error('no free port on 127.0.0.1');
  }
  return address.port;
}
