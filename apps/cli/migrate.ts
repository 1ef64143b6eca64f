import { loadConfig } from '#runtime';
import { bringUpToDate, openInstallation, pending } from './installation.js';
import { shell } from './shell.js';

/** Brings the configured or embedded database up to date. */
export async function migrateCommand({ json }: { json?: boolean }): Promise<void> {
  const installation = await openInstallation(loadConfig(shell().env), { exclusive: false });
  try {
    const missing = await pending(installation);
    await bringUpToDate(installation);
    const words = missing.length === 0 ? 'The schema is current.' : `Ran ${missing.join(', ')}.`;
    shell().stdout.write(json ? `${JSON.stringify({ migrated: missing })}\n` : `${words}\n`);
  } finally {
    await installation.server?.stop();
  }
}
