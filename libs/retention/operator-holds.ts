import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import type { Actor } from '#runtime';
import { asked } from './refusals.js';

/** The installation's hold on a practice's trail, as the archivist's role alone may decide. */
@Injectable()
export class OperatorHolds {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  async place(actor: Actor, reason: string): Promise<void> {
    await this.database.sql('select operators_hold($1, $2)', [actor.id, reason]);
    this.trail.record({ action: 'audit-hold.placed', actor, changes: { reason } });
  }

  /** The first operator asks, a second lifts. @throws Problem `forbidden`, `audit_retention_refused` */
  async lift(actor: Actor): Promise<'requested' | 'lifted'> {
    const [row] = await asked(
      this.database.sql<{ done: 'requested' | 'lifted' }>('select operators_lift($1) as done', [actor.id]),
    );
    const done = row?.done ?? 'requested';
    this.trail.record({
      action: done === 'lifted' ? 'audit-hold.lifted' : 'audit-hold.lifting-requested',
      actor,
    });
    return done;
  }
}
