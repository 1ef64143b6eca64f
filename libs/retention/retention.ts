import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import type { Actor, Canonical } from '#runtime';
import type { Principal } from '#users';
import { asked } from './refusals.js';
import { RetentionNotices } from './retention-notices.js';

/** For how many years a practice keeps its trail: longer at once, shorter by two administrators and in seven days. */
@Injectable()
export class Retention {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(RetentionNotices) private readonly notices: RetentionNotices,
  ) {}

  /** @throws Problem `forbidden`, `audit_retention_refused` */
  async change(actor: Actor, principal: Principal, years: number): Promise<void> {
    const [row] = await asked(
      this.database.sql<{ done: 'raised' | 'requested' | 'same' }>('select audit_retain($1, $2) as done', [
        years,
        principal.userId,
      ]),
    );
    if (!row || row.done === 'same') return;
    this.#record(actor, row.done === 'raised' ? 'raised' : 'lowering-requested', { years });
    await this.notices.tell(principal, { change: row.done, years });
  }

  /** @throws Problem `forbidden`, `audit_retention_refused` for another number of years, or one's own request */
  async confirm(actor: Actor, principal: Principal, years: number): Promise<void> {
    const [row] = await asked(
      this.database.sql<{ effective_at: Date }>('select audit_retain_confirm($1, $2) as effective_at', [
        years,
        principal.userId,
      ]),
    );
    if (!row) throw new Error('A confirmation says from when on it acts');
    const effectiveAt = row.effective_at.toISOString();
    this.#record(actor, 'lowering-confirmed', { years, effectiveAt });
    await this.notices.tell(principal, { change: 'confirmed', years, due: effectiveAt });
  }

  /** Until it acts, by any administrator. @throws Problem `forbidden`, `audit_retention_refused` */
  async cancel(actor: Actor, principal: Principal): Promise<void> {
    const [row] = await asked(
      this.database.sql<{ years: number }>('select audit_retain_cancel($1) as years', [principal.userId]),
    );
    if (!row) throw new Error('What is cancelled had been asked for');
    this.#record(actor, 'lowering-cancelled', { years: row.years });
    await this.notices.tell(principal, { change: 'cancelled', years: row.years });
  }

  #record(
    actor: Actor,
    what: 'raised' | 'lowering-requested' | 'lowering-confirmed' | 'lowering-cancelled',
    changes: Record<string, Canonical>,
  ): void {
    this.trail.record({ action: `audit-retention.${what}`, actor, changes });
  }
}
