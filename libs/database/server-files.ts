import { randomBytes } from 'node:crypto';
import { chmod, link, lstat, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findPostmaster } from './postmaster.js';
import { findServerBinaries, type ServerBinaries } from './server-binaries.js';
import { assertOursAlone, openShelter, shelterFor, stopForgottenServers } from './server-shelter.js';
import { canReach, chooseServerUser, type ServerUser } from './server-user.js';

/** Where one data directory's server lives; every path is absolute. */
export interface ServerFiles {
  dataDir: string;
  /** PostgreSQL's own data directory; it may not exist yet. */
  cluster: string;
  /** The server's messages, for the operator of this machine. */
  log: string;
  /** Root of every password of this server. */
  secret: Buffer;
  user: ServerUser | undefined;
  binaries: ServerBinaries;
}

/**
 * Prepares `dataDir` (created, closed to other users) and decides where cluster and programs live. Root in a
 * folder that the server's user cannot enter keeps both in a shelter outside, which `postgres.location` in
 * `dataDir` names once the cluster is complete.
 * @throws Error saying what to mend, when the folder cannot be used or its cluster is gone.
 */
export async function prepareServerFiles(dataDir: string, log: (line: string) => void): Promise<ServerFiles> {
  const folder = await openDataDir(dataDir);
  const inside = join(folder, 'postgres');
  const elsewhere = await readLocation(folder);
  const existing = elsewhere ?? ((await isCluster(inside)) ? inside : undefined);
  const secret = await readSecret(join(folder, 'postgres.secret'), existing !== undefined);
  const user = await chooseServerUser(existing ?? inside);
  const enters = user === undefined || (elsewhere === undefined && (await canReach(user, dirname(folder))));
  await chmod(folder, enters && user !== undefined ? 0o711 : 0o700);
  let cluster = elsewhere ?? inside;
  if (!enters && elsewhere === undefined && (await findPostmaster(inside)) === undefined) {
    cluster = join(await shelterFor(folder, secret, user), 'postgres');
    if (existing === inside) {
      // The path was open to the server's user when the cluster was made, and has been closed since.
      await rename(inside, cluster);
    }
    await stopForgottenServers(dirname(cluster), log);
  }
  const binaries = await findServerBinaries(user, openShelter);
  return { dataDir: folder, cluster, log: join(folder, 'postgres.log'), secret, user, binaries };
}

/** Whether a finished cluster is at `path`; one appears by a rename, so never half of it. */
export async function isCluster(path: string): Promise<boolean> {
  return (await stat(join(path, 'PG_VERSION')).catch(() => undefined)) !== undefined;
}

/** Notes where a complete cluster is, if outside the data directory: from then on its absence is an error, not a first start. */
export async function recordLocation({ dataDir, cluster }: ServerFiles): Promise<void> {
  if (dirname(cluster) !== dataDir) {
    await replaceFile(join(dataDir, 'postgres.location'), `${cluster}\n`);
  }
}

/**
 * Writes a file as a whole: a reader sees the old text or the new. Safe in a folder of the server's user too,
 * where a planted link would otherwise have root write elsewhere.
 */
export async function replaceFile(path: string, text: string, owner?: ServerUser): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeOnce(draft, text, owner);
  await rename(draft, path);
}

/** Writes a new file of mode 0600, durably. @throws EEXIST when something, a link included, is there already. */
export async function writeOnce(path: string, text: string, owner?: ServerUser): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    if (owner !== undefined) {
      await file.chown(owner.uid, owner.gid);
    }
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function openDataDir(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const folder = await realpath(dataDir);
  if (((await stat(folder)).mode & 0o1000) !== 0) {
    throw new Error(`DATA_DIR ${folder} is a folder shared by all users: name one of its own`);
  }
  return folder;
}

async function readLocation(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'postgres.location'), 'utf8').catch(ifAbsent);
  const cluster = text?.trim();
  if (cluster !== undefined) {
    if (!(await isCluster(cluster))) {
      throw new Error(
        `the database of ${folder} is gone from ${cluster}: restore it there, or remove ${folder}`,
      );
    }
    await assertOursAlone(dirname(cluster));
    await assertOursAlone(dirname(dirname(cluster)));
  }
  return cluster;
}

async function readSecret(path: string, isNeeded: boolean): Promise<Buffer> {
  let text = await readFile(path, 'utf8').catch(ifAbsent);
  if (text === undefined && isNeeded) {
    throw new Error(`${path} is missing: without it the database beside it cannot be opened`);
  }
  if (text === undefined) {
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    await writeOnce(draft, `${randomBytes(32).toString('base64url')}\n`);
    // A link, not a rename: of two first starts at once, the later takes over the earlier one's secret.
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') {
        throw error;
      }
    });
    await rm(draft);
    text = await readFile(path, 'utf8');
  }
  const found = await lstat(path);
  if (!found.isFile() || (process.platform !== 'win32' && (found.mode & 0o077) !== 0)) {
    throw new Error(`${path} must be a file of mode 0600: others could read the database's password`);
  }
  const secret = Buffer.from(text.trim(), 'base64url');
  if (secret.length !== 32) {
    throw new Error(`${path} does not hold 32 bytes in base64url`);
  }
  return secret;
}

function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') {
    throw error;
  }
}
