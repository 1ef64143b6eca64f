import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Config, Logger, safeError } from '#runtime';
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
  /** What a place could not take yet; a newer anchor replaces an older one, which it contains. */
  readonly #owed = new Map<string, string>();

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
      if (line) for (const place of this.#places) this.#owed.set(place, line);
      // Before the commit: whoever dies in between has not carried it, and another worker will.
      // A copy: what fails is owed again, and not tried again in this round.
      const owing = new Map(this.#owed);
      for (const [place, owed] of owing) await this.#deliver(place, owed);
    });
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

  async #deliver(place: string, line: string): Promise<void> {
    // Taken before it is carried: a round beside this one is not to carry it as well.
    if (!this.#owed.delete(place)) return;
    try {
      await (place.startsWith('file:') ? append(place, line) : post(place, line));
    } catch (error) {
      if (!this.#owed.has(place)) this.#owed.set(place, line);
      this.log.error({ err: safeError(error) }, 'an audit anchor could not be carried out: tried again');
    }
  }
}

/** Opened anew each time, so that the file can be rotated; on disk before it counts. */
async function append(place: string, line: string): Promise<void> {
  const file = await open(fileURLToPath(place), 'a', 0o600);
  try {
    await file.appendFile(`${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
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
