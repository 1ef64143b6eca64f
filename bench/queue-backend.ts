import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startRedis, type TestRedis } from '../test/support/redis.js';

const backends = ['postgres', 'redis'] as const;
/** Where the product keeps its jobs. */
export type Backend = (typeof backends)[number];

/** Of what was typed; undefined where there is no such backend. */
export const backendOf = (typed: string): Backend | undefined => backends.find((name) => name === typed);

export const backendName: Record<Backend, string> = { postgres: 'PostgreSQL', redis: 'Redis' };

/**
 * A Redis for the installation of `dataDir`, as docker-compose.yml has it: it forgets nothing while it runs, and keeps
 * nothing on the disk, since the outbox is the record. It keeps its command line too: by the folder in it the usage of
 * the installation is found.
 */
export async function startQueueRedis(dataDir: string): Promise<TestRedis> {
  const folder = join(dataDir, 'redis');
  await mkdir(folder, { recursive: true });
  const options = ['--dir', folder, '--maxmemory-policy', 'noeviction', '--set-proc-title', 'no'];
  return startRedis({ options });
}
