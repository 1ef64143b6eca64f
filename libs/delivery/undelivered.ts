import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import type { Actor } from '#runtime';
import { Deliveries } from './deliveries.js';
import type { DeliveryReference } from './delivery-job.js';

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

  /** Has them tried now, a transaction each with its event in the practice's trail. Returns how many. */
  async tryNow(actor: Actor, references: readonly DeliveryReference[]): Promise<number> {
    let tried = 0;
    for (const { practiceId, deliveryId: id } of references) {
      tried += await this.database.inPractice(practiceId, async () => {
        // Delivered or withdrawn meanwhile: nothing to try.
        const pending = await this.deliveries.hasten(id);
        if (!pending) return 0;
        const target = { type: 'delivery', id };
        const changes = { deliveryId: id, userId: pending.userId };
        this.trail.record({ action: 'delivery.retried', actor, target, changes });
        return 1;
      });
    }
    return tried;
  }
}
