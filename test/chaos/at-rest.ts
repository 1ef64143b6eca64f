import { createReadStream, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Installation } from './installation.js';

/** A temporary password as it is mailed, or without its hyphens; in any case of letters. */
const SHAPE =
  /(?<![0-9A-Za-z])(?:[0-9A-Za-z]{5}(?:-[0-9A-Za-z]{5}){3}-[0-9A-Za-z]{6}|[0-9A-Za-z]{26})(?![0-9A-Za-z])/g;
const OVERLAP = 64;

/** What passes by and has the shape of a temporary password, kept until it is known which were mailed. */
export class Overheard {
  readonly shapes = new Set<string>();

  hear(text: string): void {
    for (const found of text.match(SHAPE) ?? []) this.shapes.add(bare(found));
  }
}

/** Places below the database's folder, logs, and Redis, that hold or held a temporary password which was mailed. */
export async function foundAtRest(installation: Installation): Promise<string[]> {
  const { postgres, journal, processes, redis } = installation;
  const secrets = new Set(journal.mails.flatMap(({ credential }) => (credential ? [bare(credential)] : [])));
  const holds = (text: string) => (text.match(SHAPE) ?? []).some((found) => secrets.has(bare(found)));
  const told = [...(redis?.overheard.shapes ?? [])].some((shape) => secrets.has(shape));
  const logs = processes.filter(({ log }) => holds(log)).map(({ name }) => `the log of the ${name}`);
  const files: string[] = [];
  for (const file of filesBelow(postgres.cluster)) {
    if (await fileHolds(file, holds)) files.push(relative(postgres.cluster, file));
  }
  return [...new Set(logs), ...(told ? ['what Redis was told'] : []), ...files];
}

const bare = (credential: string): string => credential.replaceAll('-', '').toUpperCase();

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

async function fileHolds(file: string, holds: (text: string) => boolean): Promise<boolean> {
  let tail = '';
  try {
    for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
      const text = tail + chunk;
      if (holds(text)) return true;
      tail = text.slice(-OVERLAP);
    }
  } catch (error) {
    // The server removes files while it runs.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return false;
}
