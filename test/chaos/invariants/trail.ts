import type { Evidence, ResetRecord, TrailEvent } from '../evidence.js';
import { actsMistold } from './acts.js';
import type { Check } from './invariant.js';
import { mailsMistold } from './mails-told.js';

const ENDS = ['expired', 'superseded', 'cancelled', 'failed'] as const;

/** N4: the trail against the records, both ways; against what clients did, and what the mail server took. */
export const trailAgrees: Check = function* (evidence) {
  for (const { practice, intact, fault } of evidence.trails) {
    if (!intact) yield `the trail of ${practice} does not verify: ${fault}`;
  }
  const counts = countsOf(evidence.trails.flatMap(({ events }) => events));
  for (const reset of evidence.records.resets) yield* contradictions(reset, counts);
  yield* mailsMistold(evidence, counts);
  yield* actsMistold(evidence);
  yield* eventsOfNothing(evidence);
};

function* contradictions(reset: ResetRecord, counts: ReadonlyMap<string, number>): Generator<string> {
  const expected: Record<string, boolean> = {
    requested: reset.state !== 'refused',
    sent: reset.sentAt !== null,
    used: reset.usedAt !== null,
    completed: reset.completedAt !== null,
    ...Object.fromEntries(ENDS.map((end) => [end, reset.state === end])),
  };
  for (const [state, happened] of Object.entries(expected)) {
    const told = counts.get(`password-reset.${state} ${reset.id}`) ?? 0;
    if (told !== (happened ? 1 : 0)) {
      yield `the reset ${reset.id} was${happened ? '' : ' not'} ${state}, and the trail says so ${told} times`;
    }
  }
}

function* eventsOfNothing({ trails, records }: Evidence): Generator<string> {
  const known: Record<string, Set<string>> = {
    'password-reset': new Set(records.resets.map(({ id }) => id)),
    delivery: new Set(records.deliveries.map(({ id }) => id)),
  };
  for (const { events } of trails) {
    for (const { action, target } of events) {
      if (target?.id && known[target.type]?.has(target.id) === false) {
        yield `${action} tells of a ${target.type} ${target.id} that is not there`;
      }
    }
  }
}

/** How often the trail tells each thing of each, by `action target`. */
function countsOf(events: readonly TrailEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { action, target } of events) {
    const key = `${action} ${target?.id}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
