import { type Logger, newId, safeError } from '#runtime';
import type { BulkReference } from './bulk-work.js';
import { CLOSING_PATIENCE_MILLISECONDS, PATIENCE_MILLISECONDS, within } from './delivery-queue.js';
import type { QueueBackend } from './queue-backend.js';

/** Carries steps of large work to whichever worker is free. Ids only. */
export class BulkQueue {
  readonly #backend: QueueBackend;
  readonly #log: Logger;
  readonly #queue;
  #worker: ReturnType<QueueBackend['worker']> | undefined;

  constructor(backend: QueueBackend, log: Logger) {
    this.#backend = backend;
    this.#log = log;
    this.#queue = backend.queue<BulkReference>('bulk');
    this.#queue.on('error', this.#complain);
  }

  /** @throws Error when the queue does not answer in time */
  async add(steps: readonly BulkReference[]): Promise<void> {
    const jobs = steps.map((step) => ({ name: step.kind, data: step, opts: { jobId: newId() } }));
    await within(PATIENCE_MILLISECONDS, this.#queue.addBulk(jobs));
  }

  work(handle: (step: BulkReference) => Promise<void>, concurrency: number): void {
    this.#worker = this.#backend.worker<BulkReference>('bulk', (job) => handle(job.data), concurrency);
    this.#worker.on('error', this.#complain);
  }

  async close(): Promise<void> {
    const closing = Promise.allSettled([this.#worker?.close(), this.#queue.close()]);
    await within(CLOSING_PATIENCE_MILLISECONDS, closing).catch(() => undefined);
    this.#backend.disconnect();
  }

  readonly #complain = (error: Error): void => {
    this.#log.warn({ err: safeError(error), backend: this.#backend.kind }, 'the bulk queue reports an error');
  };
}
