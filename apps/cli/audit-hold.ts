import { HoldTrail } from '#contract';
import { Database } from '#database';
import { OperatorHolds } from '#retention';
import type { Actor } from '#runtime';
import type { ActingOptions } from './acting.js';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';
import { asArchivist } from './with-trails.js';

interface HoldOptions extends ActingOptions {
  practice: string;
}

/** The installation holds a practice's trail: nothing of it is removed, and the practice cannot lift it. */
export async function auditHold(options: HoldOptions & { reason: string }): Promise<void> {
  const given = HoldTrail.safeParse({ reason: options.reason });
  if (!given.success) throw new UsageError(`--reason ${given.error.issues[0]?.message}`);
  await onHold(options, (holds, actor) => holds.place(actor, given.data.reason));
  tell(options, 'held', 'Held: nothing of this trail is removed until two operators lift it.');
}

/** The first operator asks, a second one lifts. */
export async function auditLift(options: HoldOptions): Promise<void> {
  const done = await onHold(options, (holds, actor) => holds.lift(actor));
  const words =
    done === 'lifted' ? 'Lifted.' : 'Asked for. The hold stands until a second operator types the same.';
  tell(options, done, words);
}

/** With the owner's login: whoever can take entries out can hold them, and no running process can lift it. */
const onHold = <T>(
  options: HoldOptions,
  work: (holds: OperatorHolds, actor: Actor) => Promise<T>,
): Promise<T> =>
  asArchivist(options, async ({ product, practices, actor }) => {
    const [practice] = practices;
    if (!practice) throw new Error('One practice was named');
    const holds = product.get(OperatorHolds);
    return product.get(Database).inPractice(practice.id, () => work(holds, actor));
  });

function tell({ json }: ActingOptions, state: string, words: string): void {
  shell().stdout.write(`${json ? JSON.stringify({ state }) : words}\n`);
}
