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
  const { postgres, redis } = installation;
  const secrets = secretsOf(installation);
  const holds = holding(secrets);
  const told = [...(redis?.overheard.shapes ?? [])].some((shape) => secrets.has(shape));
  const files: string[] = [];
  for (const file of filesBelow(postgres.cluster)) {
    if (await fileHolds(file, holds)) files.push(relative(postgres.cluster, file));
  }
  return [...foundInLogs(installation), ...(told ? ['what Redis was told'] : []), ...files];
}

/** Of every process that was ever started. */
export function foundInLogs(installation: Installation): string[] {
  const holds = holding(secretsOf(installation));
  const found = installation.processes.filter(({ log }) => holds(log));
  return [...new Set(found.map(({ name }) => `the log of the ${name}`))];
}

const secretsOf = ({ journal }: Installation): Set<string> =>
  new Set(journal.mails.flatMap(({ credential }) => (credential ? [bare(credential)] : [])));

const holding = (secrets: ReadonlySet<string>) => (text: string) =>
  (text.match(SHAPE) ?? []).some((found) => secrets.has(bare(found)));

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
