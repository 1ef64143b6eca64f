import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import type { Actor } from '#runtime';
import type { Principal } from '#users';
import { asked } from './refusals.js';
import { RetentionNotices } from './retention-notices.js';

/** The practice's own legal hold: one administrator places it, two lift it. */
@Injectable()
export class PracticeHold {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(RetentionNotices) private readonly notices: RetentionNotices,
  ) {}

  /** At once; on a trail that is held already, for this reason from now on. @throws Problem `forbidden` */
  async place(actor: Actor, principal: Principal, reason: string): Promise<void> {
    await asked(this.database.sql('select practice_holds($1, $2)', [principal.userId, reason]));
    this.trail.record({ action: 'audit-hold.placed', actor, changes: { reason } });
    await this.notices.tell(principal, { change: 'held', reason });
  }

  /** @throws Problem `forbidden`, `audit_retention_refused` */
  async askLifting(actor: Actor, principal: Principal): Promise<void> {
    await asked(this.database.sql('select practice_asks_lifting($1)', [principal.userId]));
    this.trail.record({ action: 'audit-hold.lifting-requested', actor });
    await this.notices.tell(principal, { change: 'lifting' });
  }

  /** By another administrator than who asked. @throws Problem `forbidden`, `audit_retention_refused` */
  async lift(actor: Actor, principal: Principal): Promise<void> {
    await asked(this.database.sql('select practice_lifts($1)', [principal.userId]));
    this.trail.record({ action: 'audit-hold.lifted', actor });
    await this.notices.tell(principal, { change: 'lifted' });
  }
}
