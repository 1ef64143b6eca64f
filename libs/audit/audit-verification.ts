import { Inject, Injectable } from '@nestjs/common';
import type { AuditVerificationView } from '#contract';
import { Database } from '#database';
import type { AuditPublicKey } from '#secrets';
import { AuditKeys } from './audit-keys.js';
import { AuditTrail } from './audit-trail.js';
import { StoredCopies } from './stored-copies.js';
import type { TrailBase } from './trail-base.js';
import { type TrailEnd, TrailRows } from './trail-rows.js';
import { TrailWalk } from './trail-walk.js';

/** Where a walk begins and is to end, as they stood when it began. */
interface Course {
  key: AuditPublicKey;
  base: TrailBase;
  end: TrailEnd;
}

const UNOPENED = 'shown without a name or address of somebody who was never erased';

/** Checks a practice's stored trail: its chain, its signatures, its copies, and what opens its commitments. */
@Injectable()
export class AuditVerification {
  /** Walks under way: whoever asks meanwhile is told what they find. */
  readonly #running = new Map<string, Promise<AuditVerificationView>>();

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(AuditKeys) private readonly keys: AuditKeys,
    @Inject(TrailRows) private readonly rows: TrailRows,
    @Inject(StoredCopies) private readonly copies: StoredCopies,
  ) {}

  /**
   * Outside a unit of work: it reads in many, each a few thousand events long, so that a trail of millions
   * holds neither a connection nor a transaction for minutes. One walk a practice at a time in a process.
   */
  verify(practiceId: string): Promise<AuditVerificationView> {
    const running =
      this.#running.get(practiceId) ??
      this.#walk(practiceId).finally(() => {
        this.#running.delete(practiceId);
      });
    this.#running.set(practiceId, running);
    return running;
  }

  async #walk(practiceId: string): Promise<AuditVerificationView> {
    for (;;) {
      const course = await this.#begin(practiceId);
      const walk = await this.#follow(practiceId, course);
      const base = await this.database.inPractice(practiceId, () => this.rows.base());
      // An archive took away what was being walked over: begun anew behind it.
      if (walk.fault && base.seq !== course.base.seq) continue;
      return {
        intact: walk.fault === null,
        events: walk.events,
        archived: course.base.seq,
        head: walk.head.toString('hex'),
        publicKey: course.key.pem,
        signed: walk.signed,
        fault: walk.fault,
      };
    }
  }

  #begin(practiceId: string): Promise<Course> {
    return this.database.inPractice(practiceId, async () => {
      await this.trail.seal();
      const key = (await this.keys.current()).public;
      return { key, base: await this.rows.base(), end: await this.rows.end() };
    });
  }

  async #follow(practiceId: string, { key, base, end }: Course): Promise<TrailWalk> {
    const walk = new TrailWalk(key, practiceId, [], base);
    const missing = new Map<string | null, number>();
    let differing: { seq: number; what: string } | null = null;
    for await (const links of this.copies.pieces(practiceId, base.seq, end.last)) {
      for (const link of links) {
        walk.add(link);
        if (link.note) walk.checkpoint(link.note);
        if (link.differing) differing ??= { seq: link.seq, what: link.differing };
        for (const whose of link.missing) if (!missing.has(whose)) missing.set(whose, link.seq);
      }
    }
    if (end.beyond) walk.checkpoint(end.beyond);
    if (end.seq > walk.events) walk.blame(walk.events + 1, end.seq, 'missing at the end');
    else if (end.seq < walk.events) walk.blame(end.seq + 1, walk.events, 'beyond the end of the chain');
    else if (!end.hash.equals(walk.head)) walk.blame(end.seq, end.seq, 'not where the chain goes on from');
    if (differing) walk.blame(differing.seq, differing.seq, differing.what);
    const unexplained = await this.copies.unexplained(practiceId, missing);
    if (unexplained) walk.blame(unexplained, unexplained, UNOPENED);
    return walk;
  }
}
