import type { BegunImport } from './product-target.js';
import { nowMs } from './side-process.js';

const domain = 'import.test';

/** As many users as wanted, none of whom is seeded. */
export function usersFile(rows: number): string {
  const lines = Array.from({ length: rows }, (_, nth) => `new${nth},New ${nth},new${nth}@${domain},staff`);
  return ['username,displayName,email,roles', ...lines].join('\n');
}

/** Whether a mail that arrived is for somebody of such a file. */
export const isWelcome = ({ address }: { address: string }): boolean => address.endsWith(`@${domain}`);

/** From the request's start until every row has its outcome. @throws Error when one was not added */
export async function untilStored(
  { beganMs, look }: BegunImport,
  rows: number,
  lookEveryMs: number,
): Promise<{ storedSeconds: number; endedAtMs: number }> {
  for (;;) {
    const { state, created, failed } = await look();
    const endedAtMs = nowMs();
    if (state === 'completed' && created === rows)
      return { storedSeconds: (endedAtMs - beganMs) / 1000, endedAtMs };
    if (state === 'completed') throw new Error(`${created} of ${rows} were added, ${failed} failed`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
