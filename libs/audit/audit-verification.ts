import { Inject, Injectable } from '@nestjs/common';
import type { AuditVerificationView } from '#contract';
import { Database } from '#database';
import { AuditKeys } from './audit-keys.js';
import { AuditTrail } from './audit-trail.js';
import { TrailRows } from './trail-rows.js';
import { TrailWalk } from './trail-walk.js';

/** Checks the stored trail of the running unit's practice: its chain, its signatures, and its copies. */
@Injectable()
export class AuditVerification {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(AuditKeys) private readonly keys: AuditKeys,
    @Inject(TrailRows) private readonly rows: TrailRows,
  ) {}

  async verify(): Promise<AuditVerificationView> {
    await this.trail.seal();
    const key = (await this.keys.current()).public;
    const base = await this.rows.base();
    const walk = new TrailWalk(key, this.database.practiceId, [], base);
    const end = await this.rows.end();
    for (let rows = await this.rows.batch(base.seq, end.last); rows.length > 0; ) {
      for (const row of rows) {
        walk.add(row);
        if (row.note) walk.checkpoint(row.note);
      }
      rows = await this.rows.batch(rows.at(-1)?.seq ?? end.last, end.last);
    }
    if (end.beyond) walk.checkpoint(end.beyond);
    if (end.seq > walk.events) walk.blame(walk.events + 1, end.seq, 'missing at the end');
    else if (end.seq < walk.events) walk.blame(end.seq + 1, walk.events, 'beyond the end of the chain');
    else if (!end.hash.equals(walk.head)) walk.blame(end.seq, end.seq, 'not where the chain goes on from');
    const copy = await this.#differingCopy();
    if (copy !== null) walk.blame(copy, copy, 'not what the columns say that lists are filtered by');
    return {
      intact: walk.fault === null,
      events: walk.events,
      archived: base.seq,
      head: walk.head.toString('hex'),
      publicKey: key.pem,
      signed: walk.signed,
      fault: walk.fault,
    };
  }

  /** The columns that lists filter by are copies of the event: only the event itself is in the chain. */
  async #differingCopy(): Promise<number | null> {
    const [row] = await this.database.sql<{ seq: string }>(
      `select seq from audit_events where practice_id = current_practice()
         and (id::text, at, action, actor_id, target_id, outcome) is distinct from
           (body::jsonb ->> 'id', (body::jsonb ->> 'at')::timestamptz, body::jsonb ->> 'action',
            body::jsonb #>> '{actor,id}', body::jsonb #>> '{target,id}', body::jsonb ->> 'outcome')
       order by seq limit 1`,
    );
    return row ? Number(row.seq) : null;
  }
}
