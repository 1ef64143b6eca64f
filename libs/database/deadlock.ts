/** Whoever lost so often is in the way of more than chance. */
const TRIES = 4;

/**
 * Carries out a unit of work, and anew where PostgreSQL has ended it to break a deadlock. Locks are taken in one
 * order where that is possible; this is for where two orders meet.
 */
export async function againAfterDeadlock<T>(unit: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await unit();
    } catch (error) {
      if (!isDeadlock(error) || tries === TRIES) throw error;
    }
  }
}

/** SQLSTATE `deadlock_detected`. */
const isDeadlock = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '40P01';
