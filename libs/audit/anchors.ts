import { type FileHandle, open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Config, Logger, safeError } from '#runtime';
import { sha256 } from '#secrets';
import { anchorLine } from './anchor.js';
import { AuditKeys } from './audit-keys.js';

const ANSWER_WITHIN_MS = 10_000;

/**
 * Carries the root of all practices' trails to places outside every hour (`AUDIT_ANCHORS`): what was
 * there cannot be taken back by whoever holds the database and the key.
 */
@Injectable()
export class Anchors {
  readonly #places: readonly string[];

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditKeys) private readonly keys: AuditKeys,
    @Inject(Config) config: Config,
    @Inject(Logger) private readonly log: Logger,
  ) {
    this.#places = config.values.AUDIT_ANCHORS;
  }

  /** Once an hour for the whole installation, whichever worker comes first; a place that failed, each time. */
  async carry(): Promise<void> {
    if (this.#places.length === 0) return;
    await this.database.outsidePractice(async () => {
      const line = await this.#due();
      if (line) await this.#owe(line);
    });
    for (const place of this.#places) await this.database.outsidePractice(() => this.#carryTo(place));
  }

  /** A newer anchor takes the place of an older one, which it contains. */
  async #owe(line: string): Promise<void> {
    await this.database.sql(
      `insert into audit_anchors_owed as o (place, line) select place, $2 from unnest($1::bytea[]) as p (place)
       on conflict (place) do update set line = excluded.line`,
      [this.#places.map(idOf), line],
    );
  }

  /** Struck out with the commit: whoever dies in between has not carried it, and another worker will. */
  async #carryTo(place: string): Promise<void> {
    const [owed] = await this.database.sql<{ line: string }>(
      'select line from audit_anchors_owed where place = $1 for update skip locked',
      [idOf(place)],
    );
    if (!owed) return;
    try {
      await (place.startsWith('file:') ? append(place, owed.line) : post(place, owed.line));
    } catch (error) {
      this.log.error({ err: safeError(error) }, 'an audit anchor could not be carried out: tried again');
      return;
    }
    await this.database.sql('delete from audit_anchors_owed where place = $1', [idOf(place)]);
  }

  async #due(): Promise<string | null> {
    const due = await this.database.sql(
      `update audit_anchoring set at = app_now() where one = (select one from audit_anchoring
         where at <= app_now() - interval '1 hour' for update skip locked) returning 1`,
    );
    if (due.length === 0) return null;
    const rows = await this.database.sql<{ practice_id: string; size: string; root: Buffer }>(
      'select practice_id, size, root from signed_roots()',
    );
    const roots = rows.map(({ practice_id, size, root }) => ({
      practiceId: practice_id,
      size: Number(size),
      root,
    }));
    return anchorLine(await this.keys.current(), this.database.now, roots);
  }
}

const idOf = (place: string): Buffer => sha256(Buffer.from(place, 'utf8'));

/**
 * Opened anew each time, so that the file can be rotated; on disk before it counts. Behind a line whose writing
 * broke off on one of its own: both would be lost otherwise.
 */
async function append(place: string, line: string): Promise<void> {
  const file = await open(fileURLToPath(place), 'a+', 0o600);
  try {
    await file.appendFile(`${(await isTorn(file)) ? '\n' : ''}${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function isTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() !== '\n';
}

async function post(place: string, line: string): Promise<void> {
  const answer = await fetch(place, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: line,
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`The place of an audit anchor answered ${answer.status}`);
}
