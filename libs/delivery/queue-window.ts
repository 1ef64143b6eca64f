import type { BaseAdapter } from '@bull-board/api/baseAdapter';
import { Inject, Injectable } from '@nestjs/common';
import { Config, Logger, safeError } from '#runtime';
import { backendOf } from './backend-of.js';
import { CLOSING_PATIENCE_MILLISECONDS, within } from './delivery-queue.js';
import type { QueueBackend, QueueName } from './queue-backend.js';

const NAMES: readonly QueueName[] = ['delivery', 'bulk'];

type LookedAt = ReturnType<QueueBackend['queue']>;

/**
 * The queues to look at and no more, over connections of their own: whoever looks takes none from mail. What
 * jobs hold is ids (decision 0027), so nothing has to be hidden from whoever may look.
 */
@Injectable()
export class QueueWindow {
  #backend: QueueBackend | undefined;
  #queues: LookedAt[] = [];

  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** One adapter for bull-board per queue. */
  async open(): Promise<BaseAdapter[]> {
    const { BullMQAdapter } = await import('@bull-board/api/bullMQAdapter');
    const backend = await backendOf(this.config);
    this.#backend = backend;
    this.#queues = NAMES.map((name) => backend.queue(name));
    return this.#queues.map((queue) => {
      queue.on('error', (error) => this.log.warn({ err: safeError(error) }, 'the queue board has an error'));
      // BackendQueue is the part of BullMQ's class that the product itself uses; bull-board takes all of it.
      return new BullMQAdapter(queue as never, { readOnlyMode: true });
    });
  }

  async close(): Promise<void> {
    const closing = Promise.allSettled(this.#queues.map((queue) => queue.close()));
    await within(CLOSING_PATIENCE_MILLISECONDS, closing).catch(() => undefined);
    this.#backend?.disconnect();
  }
}
