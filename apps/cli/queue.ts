import { Id } from '#contract';
import { Database } from '#database';
import { type Figure, InstallationFigures, Undelivered } from '#delivery';
import { MailPulse } from '#mail';
import { type ActingOptions, whoActs } from './acting.js';
import { Progress } from './progress.js';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';
import { withProduct } from './with-product.js';

interface QueueStatus {
  mail: { state: 'normal' | 'delayed'; typicalSeconds: number; workerAlive: boolean };
  queues: { queue: string; state: string; count: number }[];
  oldestSeconds: number;
  /** Put off by a mail server, and waiting for their next attempt. */
  failing: number;
}

/** Says how mail stands. Status 1 while it is delayed or no worker gives a sign of life. */
export async function queueStatus(options: ActingOptions): Promise<void> {
  const status = await withProduct(async (product) => {
    await whoActs(product, options, 'auditor');
    const mail = await product.get(Database).outsidePractice(() => product.get(MailPulse).read());
    return { mail, ...standing(await product.get(InstallationFigures).read()) };
  });
  shell().stdout.write(options.json ? `${JSON.stringify(status)}\n` : `${inWords(status)}\n`);
  if (status.mail.state === 'delayed') shell().status = 1;
}

/** Tries now what would be tried later. */
export async function queueRetry(
  options: ActingOptions & { delivery?: string; failed?: boolean },
): Promise<void> {
  const { delivery, failed = false } = options;
  if ((delivery !== undefined) === failed) throw new UsageError('Say either --delivery ID or --failed');
  if (delivery !== undefined && !Id.safeParse(delivery).success) {
    throw new UsageError('--delivery must be the id of a delivery');
  }
  const tried = await withProduct(async (product) => {
    const actor = await whoActs(product, options, 'operator');
    const undelivered = product.get(Undelivered);
    const found = await undelivered.find(delivery ?? null);
    if (delivery && found.length === 0)
      throw new Error(`No mail ${delivery} waits: it has ended, or never was`);
    const progress = new Progress(shell().stderr);
    const total = found.length;
    const say = (done: number) =>
      progress.show({ state: done < total ? 'running' : 'completed', done, total });
    return undelivered.tryNow(actor, found, say).finally(() => progress.end());
  });
  const words = `${tried} mail${tried === 1 ? ' is' : 's are'} tried now.`;
  shell().stdout.write(options.json ? `${JSON.stringify({ tried })}\n` : `${words}\n`);
}

function standing(figures: readonly Figure[]): Omit<QueueStatus, 'mail'> {
  const queues = figures
    .filter(({ family }) => family === 'depth')
    .map(({ label, outcome, amount }) => ({ queue: label, state: outcome, count: amount }));
  const ages = figures.filter(({ family }) => family === 'oldest').map(({ amount }) => amount);
  const failing = queues
    .filter(({ state }) => state === 'deferred')
    .reduce((sum, { count }) => sum + count, 0);
  return { queues, oldestSeconds: Math.round(Math.max(0, ...ages)), failing };
}

function inWords({ mail, queues, oldestSeconds, failing }: QueueStatus): string {
  const waiting = queues.filter(({ count }) => count > 0);
  return [
    `Mail is ${mail.state}; it usually takes ${mail.typicalSeconds} s.`,
    mail.workerAlive ? 'A worker is at work.' : 'No worker has given a sign of life for two minutes.',
    ...waiting.map(({ queue, state, count }) => `${count} ${queue} ${state}`),
    waiting.length === 0 ? 'Nothing waits.' : `The oldest that is due waits for ${oldestSeconds} s.`,
    ...(failing > 0 ? [`${failing} were put off: latchkey queue retry --failed tries them now.`] : []),
  ].join('\n');
}
