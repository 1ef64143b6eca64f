import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Archived, Archives, AuditKeys, checkOffline, faultWords, NotYet } from '#audit';
import { Database } from '#database';
import { runningSha256 } from '#secrets';
import { byteLines } from './byte-lines.js';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';
import { type AuditedPractice, asArchivist, type TrailOptions, type TrailWork } from './with-trails.js';

export interface AuditArchiveOptions extends TrailOptions {
  before: string;
  output: string;
  most: number;
}

/** What became of one stretch. */
interface Told extends Archived {
  practiceId: string;
  file: string;
  removed: boolean;
  kept: string | null;
}

/**
 * Writes each practice's trail from before a date to files, and takes out of the database what retention and
 * holds allow: only what stands in a file that is there, unchanged, and verifies.
 */
export async function auditArchive(options: AuditArchiveOptions): Promise<void> {
  const before = new Date(options.before);
  if (Number.isNaN(before.getTime())) throw new UsageError('--before must be a date, such as 2021-01-01');
  const { told, dropped } = await asArchivist(options, async (trails) => {
    await mustBeOver(trails, before);
    mkdirSync(options.output, { recursive: true, mode: 0o700 });
    const all: Told[] = [];
    for (const practice of trails.practices) {
      const archivist = new Archivist(trails, practice, options.output);
      while (await archivist.write(before, options.most));
      all.push(...(await archivist.remove()));
    }
    return { told: all, dropped: await trails.product.get(Archives).dropMonths() };
  });
  const text = options.json
    ? JSON.stringify({ archives: told, droppedMonths: dropped })
    : inWords(told, dropped).join('\n');
  shell().stdout.write(`${text}\n`);
}

/** What is being written goes on being searched: the month that runs by the installation's clock stays. */
async function mustBeOver({ product }: TrailWork, before: Date): Promise<void> {
  const database = product.get(Database);
  const now = await database.outsidePractice(() => database.begun);
  const newest = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()));
  if (before <= newest) return;
  const day = newest.toISOString().slice(0, 10);
  throw new UsageError(`--before may be ${day} at the latest: the current month stays in the database`);
}

function inWords(told: readonly Told[], dropped: number | null): string[] {
  const archives = told.map(
    ({ file, from, to, removed, kept }) =>
      `${file}: entries ${from} to ${to}, ${removed ? 'removed from the database' : `kept: ${kept}`}`,
  );
  const busy = 'Months that are empty now stay until the next time: the trail is too busy to drop them.';
  const months =
    dropped === null ? [busy] : dropped > 0 ? [`${dropped} months are empty now, and gone.`] : [];
  return [...(archives.length > 0 ? archives : ['Nothing to archive.']), ...months];
}

/** The archives of one practice in one folder. */
class Archivist {
  readonly #database: Database;
  readonly #archives: Archives;

  constructor(
    private readonly trails: TrailWork,
    private readonly practice: AuditedPractice,
    private readonly folder: string,
  ) {
    this.#database = trails.product.get(Database);
    this.#archives = trails.product.get(Archives);
  }

  /**
   * One more file, or false where there is nothing for one. On disk and checked before it is noted; one that was
   * begun and not finished has another name.
   */
  async write(before: Date, most: number): Promise<boolean> {
    const stretch = await this.#inside(() => this.#archives.next(before, most));
    if (!stretch) return false;
    const file = this.#fileOf({ from: stretch.base.seq + 1, to: stretch.end.seq });
    if (existsSync(file)) throw new Error(`${file} is there already, and not noted as an archive`);
    const begun = `${file}.part`;
    await rm(begun, { force: true });
    const pieces = this.#archives.read(stretch);
    const target: Writable = createWriteStream(begun, { flags: 'wx', mode: 0o600 });
    let end = stretch.base;
    await pipeline(async function* () {
      for (let next = await pieces.next(); ; next = await pieces.next()) {
        if (next.done) {
          end = next.value;
          return;
        }
        yield next.value;
      }
    }, target);
    await synced(begun);
    const sha256 = await this.#verified(begun);
    await rename(begun, file);
    await synced(this.folder);
    await this.#inside(() => this.#archives.keep(this.trails.actor, stretch, end, sha256));
    return true;
  }

  /** Oldest first; the first one that has to stay keeps all after it. */
  async remove(): Promise<Told[]> {
    const told: Told[] = [];
    let kept: string | null = null;
    for (const archived of await this.#inside(() => this.#archives.kept())) {
      const file = this.#fileOf(archived);
      kept ??= await this.#removed(archived, file);
      told.push({ ...archived, practiceId: this.practice.code, file, removed: kept === null, kept });
    }
    return told;
  }

  /** Null once it is out of the database; otherwise why it stays. */
  async #removed(archived: Archived, file: string): Promise<string | null> {
    if (!existsSync(file)) return 'its file is not in this folder';
    if ((await this.#verified(file)) !== archived.sha256) return 'its file is not the one that was archived';
    try {
      await this.#inside(() => this.#archives.remove(this.trails.actor, archived));
      return null;
    } catch (error) {
      if (error instanceof NotYet) return error.message;
      throw error;
    }
  }

  /** The SHA-256 of a file that verifies with the installation's key. @throws Error for one that does not */
  async #verified(file: string): Promise<string> {
    const { public: key } = await this.#database.outsidePractice(() =>
      this.trails.product.get(AuditKeys).current(),
    );
    const digest = runningSha256();
    const lines = async function* () {
      for await (const line of byteLines(file)) {
        digest.update(line);
        yield line;
      }
    };
    const { intact, practice, fault } = await checkOffline({
      file: lines(),
      publicKey: key.pem,
      anchors: null,
    });
    if (intact && practice === this.practice.id) return digest.digest().toString('hex');
    throw new Error(`${file} does not verify: ${fault ? faultWords(fault) : 'another practice’s'}`);
  }

  #inside<T>(work: () => Promise<T>): Promise<T> {
    return this.#database.inPractice(this.practice.id, work);
  }

  #fileOf({ from, to }: Pick<Archived, 'from' | 'to'>): string {
    const [first, last] = [from, to].map((seq) => String(seq).padStart(12, '0'));
    return join(this.folder, `${this.practice.code}-${first}-${last}.ndjson`);
  }
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
