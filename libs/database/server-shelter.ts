import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findPostmaster, stopPostmaster } from './postmaster.js';
import { canReach, type ServerUser } from './server-user.js';

/** Tried in order; the second is for a read-only /var/lib. */
const SHELTERS = ['/var/lib/latchkey', '/var/tmp/latchkey-root'];

/**
 * A folder of root's that `user` can enter, for what it cannot reach in a checkout closed to it.
 * @throws Error naming the folders, when each is missing, closed, or made by somebody else.
 */
export async function openShelter(user: ServerUser): Promise<string> {
  for (const shelter of SHELTERS) {
    const made = await mkdir(shelter).then(
      () => true,
      () => false,
    );
    if (made) {
      await chmod(shelter, 0o711);
    }
    if ((await isOursAlone(shelter)) && (await canReach(user, shelter))) {
      return shelter;
    }
  }
  throw new Error(
    `the database server's user cannot enter this folder, and neither ${SHELTERS.join(' nor ')} can be used: root must own it, nobody else write to it`,
  );
}

/** Where the cluster of `dataDir` belongs in the shelter: a place of its own that only root and `user` enter. */
export async function shelterFor(dataDir: string, secret: Buffer, user: ServerUser): Promise<string> {
  // Named by path and secret: a data directory that was deleted and made anew gets a new, empty place.
  const place = join(await openShelter(user), `${digest(dataDir)}-${digest(secret)}`);
  await mkdir(place, { recursive: true });
  await assertOursAlone(place);
  await chmod(place, 0o710);
  await chown(place, 0, user.gid);
  return place;
}

/** @throws Error when a user other than root owns `folder` or may write to it, and so may have planted what is in it. */
export async function assertOursAlone(folder: string): Promise<void> {
  if (!(await isOursAlone(folder))) {
    throw new Error(`${folder} must be a folder that root owns and nobody else may write to`);
  }
}

/** Stops what still runs in older places of the same data directory, which was deleted under its server. */
export async function stopForgottenServers(place: string, log: (line: string) => void): Promise<void> {
  const [prefix] = basename(place).split('-');
  const siblings = await readdir(dirname(place));
  for (const name of siblings.filter((name) => name.startsWith(`${prefix}-`) && name !== basename(place))) {
    const cluster = join(dirname(place), name, 'postgres');
    log(`an older database of this folder is still in ${cluster}; remove it when it is no longer needed`);
    const postmaster = await findPostmaster(cluster);
    if (postmaster !== undefined) {
      await stopPostmaster(cluster, 3);
    }
  }
}

async function isOursAlone(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === 0 && (found.mode & 0o022) === 0;
}

function digest(value: string | Buffer): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 16);
}
