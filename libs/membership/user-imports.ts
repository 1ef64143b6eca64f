import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import type { ImportUsers, UserImportOutcome, UserImportRowView, UserImportView } from '#contract';
import { BulkWork } from '#delivery';
import { type Actor, newId, Problem } from '#runtime';
import type { Principal } from '#users';
import { readImportFile } from './import-file.js';
import { type FailedRow, ImportRecords } from './import-records.js';

/** So many imports of one practice wait or run at a time. */
const MOST_RUNNING = 5;

/** A file as it came. */
export interface UploadedFile {
  bytes: Uint8Array;
  sha256: string;
}

/** Whoever looks at what was imported. */
type Importer = Pick<Principal, 'userId' | 'rights'>;

/** Adding many users from a file: the worker does it, row by row as `POST /users` would. */
@Injectable()
export class UserImports {
  constructor(
    @Inject(ImportRecords) private readonly records: ImportRecords,
    @Inject(BulkWork) private readonly bulk: BulkWork,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /**
   * @throws Problem `validation_failed` for a file that is none, `too_many_attempts` while others are running
   */
  async start(
    actor: Actor,
    { bytes, sha256 }: UploadedFile,
    { dryRun, welcome }: ImportUsers,
  ): Promise<UserImportView> {
    // Asked before the file is taken apart, and once more when no other can begin.
    await this.#mustHaveRoom();
    const lines = await readImportFile(bytes);
    await this.records.holdStarts();
    await this.#mustHaveRoom();
    const id = newId();
    await this.records.create({ id, dryRun, welcome, actor }, lines);
    await this.bulk.post('user-import', id);
    this.trail.record({
      action: 'user-import.started',
      actor,
      target: { type: 'user-import', id },
      changes: { total: lines.length, dryRun, welcome, sha256 },
    });
    return this.#found(id);
  }

  async #mustHaveRoom(): Promise<void> {
    if ((await this.records.countRunning()) < MOST_RUNNING) return;
    const detail = `${MOST_RUNNING} imports of this practice are under way: wait until one has ended.`;
    throw Problem.of('too_many_attempts', detail).retryAfter(10);
  }

  /** @throws Problem `not_found`, also for another's import where the caller does not reach every user */
  async get(id: string, { userId, rights }: Importer): Promise<UserImportView> {
    const found = await this.records.find(id);
    const theirs = found?.running.actor.id === userId || rights.reach('user:create') === null;
    if (!found || !theirs) throw Problem.of('not_found');
    return found.view;
  }

  /** By line, one more than `limit` when there is more. */
  rows(
    id: string,
    page: { after: number; limit: number; outcome: UserImportOutcome | null },
  ): Promise<UserImportRowView[]> {
    return this.records.rows(id, page);
  }

  /** As they were written, to be mended and imported again. */
  failedRows(id: string): Promise<FailedRow[]> {
    return this.records.failedRows(id);
  }

  async #found(id: string): Promise<UserImportView> {
    const found = await this.records.find(id);
    if (!found) throw new Error('An import that was just stored must be there');
    return found.view;
  }
}
