import { asOwner } from '#database';
import { loadConfig } from '#runtime';
import { shell } from './shell.js';
import { withInstallation } from './with-product.js';

/** Moves the installation's clock, which is the database's, for every process at once. */
export async function clockAdvance(seconds: number, { json }: { json?: boolean }): Promise<void> {
  if (loadConfig(shell().env).production)
    throw new Error('clock advance is refused when NODE_ENV is production');
  const offset = await withInstallation(async ({ adminUrl }) => {
    if (!adminUrl)
      throw new Error('DATABASE_ADMIN_URL must be set: only the owner of the schema moves its clock');
    const [row] = await asOwner<{ offset_seconds: number }>(
      adminUrl,
      'update clock set offset_seconds = offset_seconds + $1 returning offset_seconds',
      [seconds],
    );
    return row?.offset_seconds ?? 0;
  });
  const words = `The clock is ${offset} s ahead of the machine's.`;
  shell().stdout.write(json ? `${JSON.stringify({ offsetSeconds: offset })}\n` : `${words}\n`);
}
