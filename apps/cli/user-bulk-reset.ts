import { Operators } from '#access';
import { type BulkResetPreviewView, type BulkResetView, ResetManyPasswords } from '#contract';
import { Database } from '#database';
import { BulkResets } from '#recovery';
import { Config } from '#runtime';
import { CUSTOMER_SERVICE } from './acting.js';
import { follow } from './follow.js';
import { practiceOf } from './practice-of.js';
import { shell } from './shell.js';
import { checkedReason } from './support.js';
import { UsageError } from './usage-error.js';
import { WHOEVER_TYPES, withProduct } from './with-product.js';

export interface BulkResetOptions {
  practice: string;
  reason: string;
  role?: string;
  status?: string;
  changedBefore?: string;
  dryRun?: boolean;
  json?: boolean;
}

/** One reset by customer service takes two operators; what sends many is the practice's own. */
const ASK_AN_ADMINISTRATOR =
  'A bulk reset is for an administrator of the practice to begin: in the console, or with POST /api/v1/bulk-password-resets. For an administrator who is locked out there is latchkey support grant.';

const GOES_ON =
  'The bulk reset goes on. An administrator of the practice can look at it, pause it and cancel it in the console.';

/**
 * Sends many of a practice a temporary password, on a machine that is not in production and has no operators:
 * as with one, this is no way around four eyes.
 */
export async function userBulkReset(options: BulkResetOptions): Promise<void> {
  const { filter, dryRun } = checkedOrder(options);
  const reason = checkedReason(options.reason);
  const told = await withProduct(async (product) => {
    const { ever } = await product.get(Operators).known();
    if (ever || product.get(Config).production) throw new Error(ASK_AN_ADMINISTRATOR);
    const practiceId = await practiceOf(product, options.practice);
    const resets = product.get(BulkResets);
    const inside = <T>(work: () => Promise<T>) => product.get(Database).inPractice(practiceId, work);
    if (dryRun) return inside(() => resets.preview(CUSTOMER_SERVICE, filter));
    const { id } = await inside(() => resets.start(WHOEVER_TYPES, CUSTOMER_SERVICE, filter, reason));
    return follow(product, () => inside(() => resets.get(id, CUSTOMER_SERVICE)), GOES_ON);
  });
  const words = 'count' in told ? whom(told) : whatBecame(told);
  shell().stdout.write(`${options.json ? JSON.stringify(told) : words}\n`);
  if ('state' in told && (told.failed > 0 || told.state === 'cancelled')) shell().status ??= 1;
}

/** @throws UsageError for a role or a date that is none */
function checkedOrder({ role, status, changedBefore, dryRun = false }: BulkResetOptions): ResetManyPasswords {
  // A day alone is its midnight in UTC, as `audit archive --before` takes it.
  const day = changedBefore && /^\d{4}-\d\d-\d\d$/.test(changedBefore) ? `${changedBefore}T00:00:00Z` : null;
  const order = ResetManyPasswords.safeParse({
    filter: { role, status, changedBefore: day ?? changedBefore },
    dryRun,
  });
  if (order.success) return order.data;
  const [issue] = order.error.issues;
  throw new UsageError(
    issue?.path.at(-1) === 'changedBefore'
      ? '--changed-before must be a date, such as 2026-01-01, or a time, such as 2026-01-01T08:00:00Z'
      : `--role ${issue?.message}`,
  );
}

function whom({ count, sample }: BulkResetPreviewView): string {
  const names = sample.map(({ username, displayName }) => `  ${username} (${displayName})`);
  const more = count - sample.length;
  return [`It would be for ${count}.`, ...names, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n');
}

const whatBecame = ({ state, requested, skipped, failed, reason }: BulkResetView): string =>
  `${state}: ${requested} temporary passwords asked for, ${skipped} skipped, ${failed} failed.${reason ? ` It ended early: ${reason}.` : ''}`;
