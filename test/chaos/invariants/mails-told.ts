import type { Evidence } from '../evidence.js';

const OF_RESETS = 'temporary-credential';

/**
 * N4 for mails: each attempt that was put off, each mail that was taken or given up. Where a mail moves a reset,
 * the reset's event tells of both.
 */
export function* mailsMistold(
  { records, trails, taken }: Evidence,
  counts: ReadonlyMap<string, number>,
): Generator<string> {
  const told = (action: string, id: string) => counts.get(`${action} ${id}`) ?? 0;
  for (const { id, attempts, state, template } of records.deliveries) {
    const deferred = attempts.filter((outcome) => outcome === 'deferred').length;
    if (deferred !== told('delivery.deferred', id))
      yield `the delivery ${id} was put off ${deferred} times, the trail says ${told('delivery.deferred', id)}`;
    for (const end of ['accepted', 'failed']) {
      const times = told(`delivery.${end}`, id);
      if (times > 1) yield `the delivery ${id} is called ${end} ${times} times`;
      if (times > 0 && state !== end)
        yield `the delivery ${id} is called ${end} in the trail, and is ${state}`;
      if (times === 0 && state === end && template !== OF_RESETS)
        yield `the delivery ${id} was ${end}, and the trail does not say so`;
    }
  }
  for (const { events } of trails) {
    for (const { action, target } of events) {
      if (action === 'delivery.accepted' && !taken.has(target?.id ?? ''))
        yield `the trail calls the delivery ${target?.id} accepted, and no mail server took it`;
    }
  }
  yield* resetMailsMistold(records, told);
}

/** One of the mails of each temporary password is told as the reset's `sent` or `failed`; every other by itself. */
function* resetMailsMistold(
  { resets, deliveries }: Evidence['records'],
  told: (action: string, id: string) => number,
): Generator<string> {
  const mails = Map.groupBy(
    deliveries.filter(({ template }) => template === OF_RESETS),
    ({ credentialId }) => credentialId,
  );
  for (const [credentialId, own] of mails) {
    const theirs = resets.filter((reset) => reset.credentialId === credentialId);
    for (const [end, as] of [
      ['accepted', 'sent'],
      ['failed', 'failed'],
    ] as const) {
      const ended = own.filter(({ state }) => state === end);
      const byThemselves = sum(ended, ({ id }) => told(`delivery.${end}`, id));
      const asResets = sum(theirs, ({ id }) => told(`password-reset.${as}`, id));
      // Resets that share a temporary password are moved by one mail, or by one each.
      const most = ended.length - Math.min(asResets, 1);
      const least = ended.length - asResets;
      if (byThemselves > most || byThemselves < least)
        yield `of ${ended.length} mails with the credential ${credentialId} that were ${end} the trail tells ${byThemselves} by themselves and ${asResets} as resets`;
    }
  }
}

const sum = <T>(of: readonly T[], value: (one: T) => number): number =>
  of.reduce((total, one) => total + value(one), 0);
