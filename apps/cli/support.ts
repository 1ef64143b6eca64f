import type { INestApplicationContext } from '@nestjs/common';
import { asActor, type Operator, type OperatorRole, Operators } from '#access';
import { canonicalUsername, Id, ListSupportGrants, type SupportGrantView, SupportReason } from '#contract';
import { Database } from '#database';
import { Problem } from '#runtime';
import { SupportGrants } from '#support';
import { type ActingOptions, theOperator } from './acting.js';
import { practiceOf } from './practice-of.js';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';
import { withProduct } from './with-product.js';

export interface ReasonedOptions extends ActingOptions {
  practice: string;
  username: string;
  reason: string;
}

/** One operator proposes; nothing happens until a second one has approved and the delay is over. */
export async function supportGrant(options: ReasonedOptions): Promise<void> {
  const reason = checkedReason(options.reason);
  const grant = await asOperator(options, 'operator', async (product, operator) => {
    const practiceId = await practiceOf(product, options.practice);
    return product
      .get(Database)
      .inPractice(practiceId, () =>
        product.get(SupportGrants).propose(operator, canonicalUsername(options.username), reason),
      );
  });
  const words = `Proposed ${grant.id}. Nothing is sent before a second operator has approved it:\n  latchkey support approve ${grant.id}`;
  print(options, grant, words);
}

export async function supportApprove(id: string, options: ActingOptions): Promise<void> {
  const grant = await asOperator(options, 'operator', (product, operator) =>
    inPracticeOf(product, id, (grants) => grants.approve(operator, id)),
  );
  const words = `Approved. The administrators are told now; the mail goes out from ${grant.dueAt} on, unless one of them signs in or stops it.`;
  print(options, grant, words);
}

export async function supportCancel(id: string, options: ActingOptions): Promise<void> {
  const grant = await asOperator(options, 'operator', (product, operator) =>
    inPracticeOf(product, id, (grants) =>
      grants.cancel(asActor(operator), id, 'cancelled-by-operator', null),
    ),
  );
  print(options, grant, `Cancelled ${grant.id}. Nothing was sent.`);
}

/** Open grants of the installation, or all of one practice. */
export async function supportList(options: ActingOptions & { practice?: string }): Promise<void> {
  const items = await asOperator(options, 'auditor', async (product) => {
    const [grants, database] = [product.get(SupportGrants), product.get(Database)];
    const practices = options.practice
      ? [await practiceOf(product, options.practice)]
      : await grants.practices();
    const query = ListSupportGrants.parse({ limit: 200 });
    const found: SupportGrantView[] = [];
    for (const practiceId of practices) {
      found.push(...(await database.inPractice(practiceId, () => grants.list(query, null, null))));
    }
    return options.practice ? found : found.filter(({ state }) => ['proposed', 'approved'].includes(state));
  });
  const words = items.map(
    ({ id, username, state, proposedBy, approvedBy, dueAt, reason }) =>
      `${id} ${state} for ${username}, proposed by ${proposedBy}${approvedBy ? `, approved by ${approvedBy}, due ${dueAt}` : ''}: ${reason}`,
  );
  const text = words.join('\n') || 'There are no grants.';
  shell().stdout.write(options.json ? `${JSON.stringify({ items })}\n` : `${text}\n`);
}

/** @throws UsageError for words that say nothing, or more than one line */
export function checkedReason(typed: string): string {
  const reason = SupportReason.safeParse(typed);
  if (!reason.success) throw new UsageError(`--reason ${reason.error.issues[0]?.message}`);
  return reason.data;
}

function asOperator<T>(
  options: ActingOptions,
  needed: OperatorRole,
  work: (product: INestApplicationContext, operator: Operator) => Promise<T>,
): Promise<T> {
  return withProduct(async (product) => {
    if (!(await product.get(Operators).known()).ever) {
      throw new Error(
        'This installation has no operators, and this takes two: latchkey operator add NAME --role operator',
      );
    }
    return work(product, await theOperator(product, options, needed));
  });
}

/** An operator knows a grant by its id alone. */
async function inPracticeOf<T>(
  product: INestApplicationContext,
  id: string,
  work: (grants: SupportGrants) => Promise<T>,
): Promise<T> {
  if (!Id.safeParse(id).success) throw new UsageError(`${id} is not the id of a grant`);
  const grants = product.get(SupportGrants);
  for (const practiceId of await grants.practices()) {
    const found = await product.get(Database).inPractice(practiceId, async () => {
      return (await grants.has(id)) ? { value: await work(grants) } : null;
    });
    if (found) return found.value;
  }
  throw Problem.of('not_found', `No grant ${id} is open: see latchkey support list`);
}

function print({ json }: ActingOptions, grant: SupportGrantView, words: string): void {
  shell().stdout.write(json ? `${JSON.stringify(grant)}\n` : `${words}\n`);
}
