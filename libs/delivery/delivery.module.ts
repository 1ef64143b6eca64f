import { type BeforeApplicationShutdown, Global, Inject, Module } from '@nestjs/common';
import { MailWorkerModule } from '#mail';
import { Config, Logger } from '#runtime';
import { BuiltInMails, MailWriter, Renderer } from '#wording';
import { backendOf } from './backend-of.js';
import { BulkQueue } from './bulk-queue.js';
import { BulkRelay } from './bulk-relay.js';
import { BulkWork } from './bulk-work.js';
import { Deliveries } from './deliveries.js';
import { DeliveryProcessor } from './delivery-processor.js';
import { DeliveryQueue } from './delivery-queue.js';
import { InstallationFigures } from './installation-figures.js';
import { Leases } from './leases.js';
import { MessageHandlers } from './message-handlers.js';
import { Outbox } from './outbox.js';
import { PersonErasure } from './person-erasure.js';
import { QueueWindow } from './queue-window.js';
import { Relay } from './relay.js';
import { Sender } from './sender.js';
import { TrialMails } from './trial-mails.js';
import { Undelivered } from './undelivered.js';

/** Posting messages and reading what became of them: all that the API needs. */
@Global()
@Module({
  providers: [
    BulkWork,
    Outbox,
    Deliveries,
    InstallationFigures,
    MessageHandlers,
    PersonErasure,
    TrialMails,
    Undelivered,
  ],
  exports: [
    BulkWork,
    Outbox,
    Deliveries,
    InstallationFigures,
    MessageHandlers,
    PersonErasure,
    TrialMails,
    Undelivered,
  ],
})
export class DeliveryModule {}

/** Sending them: the worker's part. */
@Module({
  imports: [DeliveryModule, MailWorkerModule],
  providers: [
    { provide: Renderer, useFactory: (mails: BuiltInMails) => new Renderer(mails), inject: [BuiltInMails] },
    { provide: DeliveryQueue, useFactory: createQueue, inject: [Config, Logger] },
    MailWriter,
    Leases,
    Sender,
    DeliveryProcessor,
    Relay,
    { provide: BulkQueue, useFactory: createBulkQueue, inject: [Config, Logger] },
    BulkRelay,
    QueueWindow,
  ],
  exports: [Relay, BulkRelay, DeliveryQueue, QueueWindow],
})
export class DeliveryWorkerModule implements BeforeApplicationShutdown {
  constructor(
    @Inject(Relay) private readonly relay: Relay,
    @Inject(BulkRelay) private readonly bulk: BulkRelay,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.relay.stop(), this.bulk.stop()]);
  }
}

async function createQueue(config: Config, log: Logger): Promise<DeliveryQueue> {
  return new DeliveryQueue(await backendOf(config), log);
}

async function createBulkQueue(config: Config, log: Logger): Promise<BulkQueue> {
  return new BulkQueue(await backendOf(config), log);
}
