import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { Database } from '#database';
import { MailPulse } from '#mail';
import { Progress, type Progressing } from './progress.js';
import { shell } from './shell.js';

const LOOK_EVERY_MILLISECONDS = 300;
/** As shells say it of whoever was interrupted. */
const INTERRUPTED = 130;
const ENDED = new Set(['completed', 'cancelled']);

/**
 * Looks at work that a worker does until it has ended; Ctrl+C ends the looking alone, and leaves status 130.
 * Returns what was seen last. `goesOn` says how it goes on without the command.
 */
export async function follow<W extends Progressing>(
  product: INestApplicationContext,
  look: () => Promise<W>,
  goesOn: string,
): Promise<W> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt);
  const progress = new Progress(shell().stderr);
  try {
    const { workerAlive } = await product.get(Database).outsidePractice(() => product.get(MailPulse).read());
    if (!workerAlive) progress.say('No worker has given a sign of life for two minutes: it waits for one.');
    for (;;) {
      const seen = await look();
      progress.show(seen);
      if (ENDED.has(seen.state)) return seen;
      if (interrupted.signal.aborted) {
        shell().status = INTERRUPTED;
        progress.say(goesOn);
        return seen;
      }
      await pause(LOOK_EVERY_MILLISECONDS, undefined, { signal: interrupted.signal }).catch(() => undefined);
    }
  } finally {
    progress.end();
    process.off('SIGINT', interrupt);
  }
}
