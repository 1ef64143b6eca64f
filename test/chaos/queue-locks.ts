import { Redis } from 'ioredis';
import type { Backend, Installation } from './installation.js';

const KEYS = '{latchkey}:delivery';

/**
 * What half a minute does to jobs whose worker does not go on: their locks (30 s, by the machine's clock) have run
 * out, a first look has marked them, and the next one may be had at once.
 */
export async function lapseLocks({ postgres, redis }: Installation, backend: Backend): Promise<void> {
  if (backend === 'postgres') {
    await postgres.query(
      "update bullmq.job set locked_until_ms = 0, stalled_marked = true where state = 'active'",
    );
    await postgres.query("delete from bullmq.meta where field = 'stalled-check'");
    return;
  }
  await onRedis(redis?.url, async (client) => {
    const ids = await client.lrange(`${KEYS}:active`, 0, -1);
    if (ids.length === 0) return;
    await client.del(...ids.map((id) => `${KEYS}:${id}:lock`));
    await client.sadd(`${KEYS}:stalled`, ...ids);
    await client.del(`${KEYS}:stalled-check`);
  });
}

/** Ids of the jobs that some worker has, as far as BullMQ knows. */
export async function activeJobs({ postgres, redis }: Installation, backend: Backend): Promise<string[]> {
  if (backend === 'redis') return onRedis(redis?.url, (client) => client.lrange(`${KEYS}:active`, 0, -1));
  const jobs = await postgres.query<{ id: string }>("select id from bullmq.job where state = 'active'");
  return jobs.map(({ id }) => id);
}

async function onRedis<T>(url: string | undefined, work: (client: Redis) => Promise<T>): Promise<T> {
  if (!url) throw new Error('There is no Redis');
  const client = new Redis(url);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}
