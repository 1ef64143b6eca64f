import { execFile } from 'node:child_process';
import { constants, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** The live server process of a cluster, as its postmaster.pid describes it. */
export interface Postmaster {
  pid: number;
  /** NaN until the server has chosen it. */
  port: number;
  /** `starting` covers crash recovery. */
  status: 'starting' | 'ready' | 'stopping';
}

/** The lines of postmaster.pid, `undefined` when there is none. */
export async function readPidFileLines(cluster: string): Promise<string[] | undefined> {
  // Not through a link: the folder is the server's user's, and root must not be led to read another file.
  const flag = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
  try {
    return (await readFile(join(cluster, 'postmaster.pid'), { encoding: 'utf8', flag })).split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** What postmaster.pid says, whether or not that process lives; `undefined` when there is no such file. */
export async function readPidFile(cluster: string): Promise<Postmaster | undefined> {
  const lines = await readPidFileLines(cluster);
  if (lines === undefined) {
    return undefined;
  }
  // Lines as in PostgreSQL's src/include/utils/pidfile.h: 1 pid, 4 port, 8 status padded with spaces.
  const [pid, , , port, , , , status = ''] = lines;
  const known = (['ready', 'stopping'] as const).find((word) => word === status.trim());
  return {
    pid: Number.parseInt(pid ?? '', 10),
    port: Number.parseInt(port ?? '', 10),
    status: known ?? 'starting',
  };
}

/** The live server of `cluster`, whoever started it; `undefined` when postmaster.pid is missing or stale. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const named = await readPidFile(cluster);
  return named !== undefined && (await isPostmasterOf(named.pid, cluster)) ? named : undefined;
}

/**
 * Ends the server of `cluster`: sessions cut and everything written out, or when that takes longer than
 * `withinSeconds` at once, which the next start repairs from the write-ahead log.
 * @throws Error when the process survives both.
 */
export async function stopPostmaster(cluster: string, withinSeconds: number): Promise<void> {
  // Signals, not pg_ctl: they work where the server's user can no longer enter the folder. Windows has none,
  // and Node ends the process there, which is the immediate stop.
  for (const [signal, seconds] of [
    ['SIGINT', withinSeconds],
    ['SIGQUIT', 2],
    ['SIGKILL', 1],
  ] as const) {
    const server = await findPostmaster(cluster);
    if (server === undefined) {
      return;
    }
    try {
      process.kill(server.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
        throw error;
      }
    }
    if (await endsWithin(server.pid, cluster, seconds)) {
      return;
    }
  }
  throw new Error(`PostgreSQL in ${cluster} does not end`);
}

async function endsWithin(pid: number, cluster: string, seconds: number): Promise<boolean> {
  const giveUpAt = performance.now() + seconds * 1000;
  while (performance.now() < giveUpAt) {
    if (!(await isPostmasterOf(pid, cluster))) {
      return true;
    }
    await sleep(10);
  }
  return false;
}

/** Whether `pid` is the server of `cluster` and not another program that got the number after a reboot or a crash. */
async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0) {
    return false;
  }
  if (process.platform === 'linux') {
    // The server's working folder is its cluster; a zombie and another user's program have none to read.
    const [folder, ours] = await Promise.all([readlink(`/proc/${pid}/cwd`), realpath(cluster)]).catch(
      () => [],
    );
    return folder !== undefined && folder === ours;
  }
  if (!isAlive(pid)) {
    return false;
  }
  if (process.platform === 'win32') {
    return true;
  }
  const command = await promisify(execFile)('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => undefined);
  return command?.stdout.trim().endsWith('postgres') ?? false;
}

/** Whether some process has this pid, a zombie and another user's included. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
