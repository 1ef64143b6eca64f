import type { Config } from '#runtime';
import { backendOf } from './backend-of.js';
import { PATIENCE_MILLISECONDS, within } from './delivery-queue.js';
import type { QueueBackend } from './queue-backend.js';

/** What a queue's server says about keeping jobs. */
export interface QueueFacts {
  kind: QueueBackend['kind'];
  /** Redis only: which keys it throws away when memory is short. */
  evictionPolicy: string | null;
  /** Redis only: whether it writes each job down (AOF). */
  appendOnly: boolean | null;
}

/** Asks the queue's server as a worker does. @throws Error when it does not answer */
export async function probeQueue(config: Config): Promise<QueueFacts> {
  const backend = await backendOf(config);
  const queue = backend.queue('delivery');
  queue.on('error', () => undefined);
  try {
    await within(PATIENCE_MILLISECONDS, queue.getWaitingCount());
    const told = await within(PATIENCE_MILLISECONDS, backend.about());
    if (told === null) return { kind: backend.kind, evictionPolicy: null, appendOnly: null };
    return {
      kind: backend.kind,
      evictionPolicy: /^maxmemory_policy:(\S+)/m.exec(told)?.[1] ?? null,
      appendOnly: /^aof_enabled:1/m.test(told),
    };
  } finally {
    await within(PATIENCE_MILLISECONDS, queue.close()).catch(() => undefined);
    backend.disconnect();
  }
}
