import { execFile } from 'node:child_process';
import { lstat, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The operating-system user that owns the server's files and processes. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/**
 * What the server's programs see of our environment: nothing of ours, so that no PGPORT or LD_LIBRARY_PATH
 * of the caller's shell changes them, and their messages are in English.
 */
export const SERVER_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Whether this process is root, which PostgreSQL refuses to run as. */
function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The user to run the server of `cluster` as: `undefined` means the present one. For root it is the owner of
 * an existing cluster, else the system's `postgres`, else `nobody`; no user is ever created.
 * @throws Error when root finds neither.
 */
export async function chooseServerUser(cluster: string): Promise<ServerUser | undefined> {
  if (!isRoot()) {
    return undefined;
  }
  const found = await lstat(cluster).catch(() => undefined);
  if (found?.isDirectory() && found.uid !== 0) {
    return { uid: found.uid, gid: found.gid };
  }
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', '_postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find(([account]) => account === name) ?? [];
    if (uid !== undefined && gid !== undefined && Number(uid) > 0) {
      return { uid: Number(uid), gid: Number(gid) };
    }
  }
  throw new Error(
    'PostgreSQL does not run as root, and this system has neither a user postgres nor nobody: start Latchkey as a normal user, or set DATABASE_URL',
  );
}

/** Runs a program to its end as `user`, from `/` (the working folder may be closed to that user). @throws Error with its stderr. */
export async function runAs(user: ServerUser | undefined, file: string, args: string[]): Promise<void> {
  await promisify(execFile)(file, args, { ...user, cwd: '/', env: SERVER_ENVIRONMENT, windowsHide: true });
}

/** Whether `user` can enter every folder and execute every file of `paths`; asked of the kernel, for modes do not tell of ACLs. */
export async function canReach(user: ServerUser, ...paths: string[]): Promise<boolean> {
  const script = 'for path; do test -x "$path" || exit 1; done';
  return runAs(user, '/bin/sh', ['-c', script, 'sh', ...paths]).then(
    () => true,
    () => false,
  );
}
