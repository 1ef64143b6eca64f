import { Inject, Injectable } from '@nestjs/common';
import { Database, type Statement } from '#database';
import { type Actor, type Canonical, canonicalJson, newId } from '#runtime';
import type { AuditAction } from './actions.js';

/** One thing that happened. `changes` holds no secret and no personal value: ids, states, field names. */
export interface AuditEntry {
  action: AuditAction;
  actor: Actor;
  target?: { type: string; id: string | null };
  outcome?: 'success' | 'refused' | 'failed';
  changes?: Record<string, Canonical>;
}

/** Writes the trail of the practice whose unit of work is running. */
@Injectable()
export class AuditTrail {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * Adds an event to this transaction. All of a transaction's events enter the chain in one call just
   * before it commits, so that the practice's head is locked as briefly as possible (security.md D7).
   */
  record(entry: AuditEntry): void {
    this.database.gather(this, entry, (entries) => append(entries.map((event) => this.#body(event))));
  }

  /**
   * Notes the refusal of somebody who is not signed in. It never takes the chain's lock, which a
   * stranger could otherwise hold: one row per account, action and minute counts, and is sealed into
   * the chain as one event by `seal`. Also for names and practices that do not exist, at equal cost:
   * what follows a colon in `account` spreads over several rows whoever has none, since one row would be
   * waited for under a flood, and by unknown names only.
   */
  async refuse(entry: AuditEntry & { account: string }): Promise<void> {
    await this.database.begun;
    await this.database.sql(
      `insert into audit_refusals (practice_id, bucket, action, account, body)
       values ($1, date_trunc('minute', app_now()), $2, $3, $4)
       on conflict (practice_id, action, account, bucket) do update set count = audit_refusals.count + 1`,
      [this.database.practiceId, entry.action, entry.account, this.#body({ ...entry, outcome: 'refused' })],
    );
  }

  /** Moves the refusals counted so far into the chain, each row one event with its count. */
  async seal(): Promise<void> {
    const rows = await this.database.sql<{ body: string; count: number }>(
      `with taken as (
         delete from audit_refusals where practice_id = current_practice()
         returning body, count, bucket, action, split_part(account, ':', 1) as account
       ) select min(body) as body, sum(count)::integer as count from taken
         group by bucket, action, account order by bucket`,
    );
    if (rows.length === 0) return;
    const bodies = rows.map(({ body, count }) => {
      const event = JSON.parse(body) as { changes: Record<string, Canonical> };
      return canonicalJson({ ...event, changes: { ...event.changes, count } });
    });
    const { text, values } = append(bodies);
    await this.database.sql(text, values);
  }

  #body({ action, actor, target, outcome = 'success', changes = {} }: AuditEntry): string {
    return canonicalJson({
      id: newId(),
      at: this.database.now.toISOString(),
      action,
      actor: { type: actor.type, id: actor.id },
      target: target ? { type: target.type, id: target.id } : null,
      outcome,
      sourceAddress: actor.sourceAddress,
      requestId: actor.requestId,
      changes,
    });
  }
}

const append = (bodies: string[]): Statement => ({
  text: 'select audit_append($1::text[])',
  values: [bodies],
});
