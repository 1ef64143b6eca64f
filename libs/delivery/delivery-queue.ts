import { type Logger, newId, safeError } from '#runtime';
import type { DeliveryReference, JobName } from './delivery-job.js';
import type { QueueBackend } from './queue-backend.js';

/** Longest that adding or closing may take: a dead Redis would otherwise be waited for for ever. */
export const PATIENCE_MILLISECONDS = 5_000;
export const CLOSING_PATIENCE_MILLISECONDS = 2_500;

/** Job data: ids only, since a queue is readable by whoever runs it. */
interface JobData {
  deliveries: DeliveryReference[];
}

/** Deliveries of one kind that travel as one job. */
export interface DeliveryBatch {
  job: JobName;
  deliveries: DeliveryReference[];
}

/** The queue between relay and processor. It carries work; the outbox remembers it. */
export class DeliveryQueue {
  readonly #backend: QueueBackend;
  readonly #log: Logger;
  readonly #queue;
  #worker: ReturnType<QueueBackend['worker']> | undefined;

  constructor(backend: QueueBackend, log: Logger) {
    this.#backend = backend;
    this.#log = log;
    this.#queue = backend.queue<JobData>('delivery');
    this.#queue.on('error', this.#complain);
  }

  get backend(): QueueBackend['kind'] {
    return this.#backend.kind;
  }

  /** Adds one job per batch. @throws Error when the queue does not answer in time. */
  async add(batches: readonly DeliveryBatch[]): Promise<void> {
    const jobs = batches.map(({ job, deliveries }) => ({
      name: job,
      data: { deliveries },
      opts: { jobId: newId() },
    }));
    const [only] = jobs;
    // One job costs a fraction of a bulk of one.
    const adding =
      jobs.length === 1 && only
        ? this.#queue.add(only.name, only.data, only.opts)
        : this.#queue.addBulk(jobs);
    await within(PATIENCE_MILLISECONDS, adding);
  }

  /** Starts working jobs off, `concurrency` at a time. */
  work(handle: (deliveries: readonly DeliveryReference[]) => Promise<void>, concurrency: number): void {
    this.#worker = this.#backend.worker<JobData>(
      'delivery',
      (job) => handle(job.data.deliveries),
      concurrency,
    );
    this.#worker.on('error', this.#complain);
  }

  /** @throws Error when the queue cannot be reached. */
  async ping(): Promise<void> {
    await within(PATIENCE_MILLISECONDS, this.#queue.getWaitingCount());
  }

  /** Lets running jobs end, but not for ever: what is cut off is swept up again from the outbox. */
  async close(): Promise<void> {
    const closing = Promise.allSettled([this.#worker?.close(), this.#queue.close()]);
    await within(CLOSING_PATIENCE_MILLISECONDS, closing).catch(() => undefined);
    this.#backend.disconnect();
  }

  readonly #complain = (error: Error): void => {
    this.#log.warn({ err: safeError(error), backend: this.#backend.kind }, 'the queue reports an error');
  };
}

/** @throws Error when the queue takes longer: a dead one would be waited for for ever. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The queue does not answer')), milliseconds);
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}
