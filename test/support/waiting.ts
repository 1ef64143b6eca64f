import { vi } from 'vitest';
import type { Product } from './product.js';

/** Waits until something in this database waits for a lock that a test holds; returns its backend's pid. */
export function someoneWaits({ database }: Product): Promise<number> {
  return vi.waitFor(
    async () => {
      const [row] = await database.query<{ pid: number }>(
        "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      if (!row) throw new Error('Nobody waits for a lock');
      return row.pid;
    },
    { timeout: 3_000, interval: 20 },
  );
}
