import { chown, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './postmaster.js';
import { isCluster, recordLocation, type ServerFiles, writeOnce } from './server-files.js';
import { runAs } from './server-user.js';

/**
 * Makes the cluster unless there is one, owned by the superuser `admin` with `password`. It grows in a sibling
 * folder and is renamed when complete, so that a kill in between leaves nothing half-finished in its place.
 */
export async function ensureCluster(files: ServerFiles, admin: string, password: string): Promise<void> {
  if (!(await isCluster(files.cluster))) {
    await removeAbandonedDrafts(files.cluster);
    const draft = `${files.cluster}.draft-${process.pid}`;
    await mkdir(draft, { mode: 0o700 });
    try {
      await initialise(files, draft, admin, password);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  await recordLocation(files);
}

async function initialise(files: ServerFiles, draft: string, admin: string, password: string): Promise<void> {
  const passwordFile = join(draft, 'password');
  await writeOnce(passwordFile, `${password}\n`, files.user);
  if (files.user !== undefined) {
    await chown(draft, files.user.uid, files.user.gid);
  }
  const cluster = join(draft, 'cluster');
  // The built-in provider sorts and folds case alike on every system and under every libc.
  await runAs(files.user, files.binaries.initdb, [
    `--pgdata=${cluster}`,
    `--username=${admin}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ]);
  await rename(cluster, files.cluster).catch(async (error: unknown) => {
    // Another first start was faster; its cluster has the same password.
    if (!(await isCluster(files.cluster))) {
      throw error;
    }
  });
  if (process.platform !== 'win32') {
    const parent = await open(dirname(files.cluster));
    await parent.sync();
    await parent.close();
  }
}

async function removeAbandonedDrafts(cluster: string): Promise<void> {
  const prefix = `${basename(cluster)}.draft-`;
  for (const name of await readdir(dirname(cluster))) {
    const pid = Number(name.slice(prefix.length));
    if (name.startsWith(prefix) && (pid === process.pid || !isAlive(pid))) {
      // Its initdb may still be writing there for a moment.
      await rm(join(dirname(cluster), name), { recursive: true, force: true, maxRetries: 10 });
    }
  }
}
