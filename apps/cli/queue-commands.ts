import type { Command } from 'commander';
import { acting } from './operator-commands.js';

/** `queue`: how the installation's mail stands, for whoever runs it. */
export function describeQueue(program: Command): void {
  const queue = program.command('queue').description('mail that waits, of the whole installation');
  acting(queue.command('status'))
    .description('how much waits, for how long, and whether mail runs; status 1 while it does not')
    .action(async (options) => (await import('./queue.js')).queueStatus(options));
  acting(queue.command('retry'))
    .option('--delivery <id>', 'the one mail, as long as it has not ended')
    .option('--failed', 'every mail that a server has put off')
    .description('try now what would be tried later; written down in the trail of each practice')
    .action(async (options) => (await import('./queue.js')).queueRetry(options));
}
