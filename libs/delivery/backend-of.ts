import type { Config } from '#runtime';
import type { QueueBackend } from './queue-backend.js';

/** Redis where one is configured, the product's own PostgreSQL otherwise. @throws Error without either */
export async function backendOf({ values: { DATABASE_URL, REDIS_URL } }: Config): Promise<QueueBackend> {
  // Not before: most commands open no queue, and BullMQ is a quarter of a second.
  const { postgresBackend, redisBackend } = await import('./bullmq-backends.js');
  if (REDIS_URL) return redisBackend(REDIS_URL);
  if (!DATABASE_URL) throw new Error('DATABASE_URL must be set for a worker');
  return postgresBackend(DATABASE_URL);
}
