import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { MessageHandlers, Outbox, PersonErasure, type PostedDelivery, type Recipient } from '#delivery';
import type { Principal } from '#users';

/**
 * The last mail to somebody who was erased (ASVS 6.3.7). Name and address are kept for it alone, and
 * forgotten as soon as it has been accepted or given up.
 */
@Injectable()
export class ErasureNotice implements OnModuleInit {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(PersonErasure) private readonly erasure: PersonErasure,
    @Inject(MessageHandlers) private readonly handlers: MessageHandlers,
  ) {}

  onModuleInit(): void {
    const forget = ({ id }: PostedDelivery) => this.erasure.forgetDelivery(id);
    this.handlers.register('account-erased', {
      accepted: async (deliveries) => {
        await Promise.all(deliveries.map(forget));
        return new Set();
      },
      failed: async (delivery) => {
        await forget(delivery);
        return 'plain';
      },
    });
  }

  async post(principal: Principal, person: Recipient): Promise<void> {
    await this.outbox.post('account-erased', person, {
      at: this.database.now.toISOString(),
      changedBy: principal.displayName,
    });
  }
}
