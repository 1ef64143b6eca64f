import { Inject, Injectable } from '@nestjs/common';
import type { ExportAuditEvents } from '#contract';
import { Database } from '#database';
import { type Actor, newId } from '#runtime';
import { AuditKeys } from './audit-keys.js';
import { AuditTrail } from './audit-trail.js';
import { Checkpoints, TrailBroken } from './checkpoints.js';
import { type ExportedFile, ExportFile } from './export-file.js';
import { TrailRows } from './trail-rows.js';

/** An export that has been written into the trail, and now may be read. */
export interface OpenedExport extends ExportedFile {
  id: string;
  actor: Actor;
}

/** Hands out a practice's trail so that it can be checked without the database. */
@Injectable()
export class AuditExport {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(AuditKeys) private readonly keys: AuditKeys,
    @Inject(Checkpoints) private readonly checkpoints: Checkpoints,
    @Inject(TrailRows) private readonly rows: TrailRows,
  ) {}

  /**
   * Outside a unit of work: seals and signs what there is, and notes who takes it; in two, each of which calls the
   * chain once. Nothing is read before they have committed.
   */
  async open(practiceId: string, actor: Actor, asked: ExportAuditEvents): Promise<OpenedExport> {
    await this.database.inPractice(practiceId, async () => {
      await this.trail.seal();
      // A trail that cannot be signed is handed out all the same: whoever checks it shall see why.
      await this.checkpoints.issue().catch((error: unknown) => {
        if (!(error instanceof TrailBroken)) throw error;
      });
    });
    return this.database.inPractice(practiceId, () => this.#note(actor, asked));
  }

  async #note(actor: Actor, { format, ...asked }: ExportAuditEvents): Promise<OpenedExport> {
    const [id, end, base] = [newId(), await this.rows.end(), await this.rows.base()];
    const given = Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const filters = Object.fromEntries(given);
    const target = { type: 'export', id };
    // Their names only: what somebody typed as an id may be anything.
    const changes = {
      format,
      filters: Object.keys(filters).sort(),
      head: { seq: end.seq, hash: end.hash.toString('hex') },
    };
    this.trail.record({ action: 'audit.exported', actor, target, changes });
    const { practiceId, now } = this.database;
    const key = await this.keys.current();
    return { id, actor, practiceId, format, filters, key, base, end, exportedAt: now.toISOString() };
  }

  /**
   * What the file holds, in pieces of many lines, up to the end at which it was opened. Outside a unit of
   * work. Also one that breaks off is noted: by then something has been handed out.
   */
  async *read(opened: OpenedExport): AsyncGenerator<string> {
    const file = new ExportFile(opened);
    let whole = false;
    try {
      yield file.begin();
      const { practiceId, base, end, filters } = opened;
      for await (const rows of this.rows.pieces(practiceId, base.seq, end.last, filters)) {
        yield file.rows(rows);
      }
      yield file.end();
      whole = true;
    } finally {
      const { id, actor, practiceId } = opened;
      await this.database.inPractice(practiceId, async () => {
        await this.database.begun;
        this.trail.record({
          action: 'audit.export-finished',
          actor,
          target: { type: 'export', id },
          outcome: whole ? 'success' : 'failed',
          changes: { entries: file.entries, sha256: whole ? file.sha256 : null },
        });
      });
    }
  }
}
