import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import type { Actor } from '#runtime';
import { Deliveries } from './deliveries.js';
import type { DeliveryReference } from './delivery-job.js';

/** Of one practice in one transaction: few enough that others' events enter its chain in between. */
const MOST_TOGETHER = 200;

/** What operators can do about mails that are held up, without seeing whose they are. */
@Injectable()
export class Undelivered {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** Those that were put off, or the one asked for as long as it has not ended. */
  find(deliveryId: string | null): Promise<DeliveryReference[]> {
    return this.database.outsidePractice(async () => {
      const rows = await this.database.sql<{ practice_id: string; delivery_id: string }>(
        'select practice_id, delivery_id from undelivered($1)',
        [deliveryId],
      );
      return rows.map((row) => ({ practiceId: row.practice_id, deliveryId: row.delivery_id }));
    });
  }

  /**
   * Has them tried now, each with its event in the practice's trail, and says after each transaction how many are
   * done with. Broken off, it has done those, and may be begun again. Returns how many are tried.
   */
  async tryNow(
    actor: Actor,
    references: readonly DeliveryReference[],
    say: (done: number) => void,
  ): Promise<number> {
    let [done, tried] = [0, 0];
    for (const [practiceId, own] of Map.groupBy(references, (reference) => reference.practiceId)) {
      for (let from = 0; from < own.length; from += MOST_TOGETHER) {
        const ids = own.slice(from, from + MOST_TOGETHER).map(({ deliveryId }) => deliveryId);
        tried += await this.database.inPractice(practiceId, () => this.#tryTogether(actor, ids));
        done += ids.length;
        say(done);
      }
    }
    return tried;
  }

  /** What was delivered or withdrawn meanwhile is not tried. */
  async #tryTogether(actor: Actor, ids: readonly string[]): Promise<number> {
    const pending = await this.deliveries.hasten(ids);
    for (const { id, userId } of pending) {
      const target = { type: 'delivery', id };
      this.trail.record({ action: 'delivery.retried', actor, target, changes: { deliveryId: id, userId } });
    }
    return pending.length;
  }
}
