import type { Evidence, TrailEvent, UserRecord } from '../evidence.js';
import { accepted, mostOften, type Operation } from '../history.js';

/** Something that clients do and the trail tells: counted by user on both sides. */
interface Act {
  /** What the trail calls it. */
  tells: (event: TrailEvent) => boolean;
  whose: (event: TrailEvent) => string | null;
  /** How often it has surely been done. Whoever had no answer may have done more: `mostOften`. */
  surely: (operation: Operation) => number;
  atMost: (operation: Operation) => number;
  by: (operation: Operation) => string | null;
}

const actor = ({ actor: { id } }: TrailEvent): string | null => id;
const target = (event: TrailEvent): string | null => event.target?.id ?? null;
const username = (operation: Operation): string => operation.username;

/** Done by those wishes, if they were accepted. */
const done = (...wishes: Operation['wish'][]): Pick<Act, 'surely' | 'atMost' | 'by'> => ({
  surely: (one) => Number(wishes.includes(one.wish) && accepted(one)),
  atMost: (one) => (wishes.includes(one.wish) ? mostOften(one) : 0),
  by: username,
});

/** Refused to those wishes, with this status. */
const refused = (status: number, ...wishes: Operation['wish'][]): Pick<Act, 'surely' | 'atMost'> => ({
  surely: (one) => Number(wishes.includes(one.wish) && one.status === status),
  atMost: (one) => Number(wishes.includes(one.wish) && (one.status === status || one.uncertain)),
});

const ACTS: Record<string, Act> = {
  'session.created': {
    ...done('sign-in'),
    tells: ({ action, changes }) => action === 'session.created' && changes['restricted'] === false,
    whose: actor,
  },
  'session.created with a temporary password': {
    ...done('temporary-sign-in'),
    tells: ({ action, changes }) => action === 'session.created' && changes['restricted'] === true,
    whose: actor,
  },
  'session.ended': {
    ...done('sign-out'),
    tells: ({ action }) => action === 'session.ended',
    whose: actor,
  },
  'password.changed': {
    ...done('own-password'),
    tells: ({ action }) => action === 'password.changed',
    whose: target,
  },
  'session.refused': {
    ...refused(401, 'sign-in', 'temporary-sign-in', 'wrong-password'),
    by: username,
    // Answered 429 and counted apart: that one may be lost with its process.
    tells: ({ action, changes }) => action === 'session.refused' && changes['reason'] !== 'throttled',
    whose: target,
  },
  'access.denied': {
    ...refused(403, 'forbidden-reset'),
    by: ({ by }) => by,
    tells: ({ action }) => action === 'access.denied',
    whose: target,
  },
  'security-answer.refused': {
    // A right one may be refused too: there were too many at once.
    surely: (one) => Number(one.wish === 'self-service-reset' && one.mustFail !== null && accepted(one)),
    atMost: (one) => (one.wish === 'self-service-reset' ? one.attempts : 0),
    by: username,
    tells: ({ action }) => action === 'security-answer.refused',
    whose: target,
  },
};

/** N4 by what clients know: as many events of each act as they did it, and perhaps those that nobody answered. */
export function* actsMistold({ operations, records, trails }: Evidence): Generator<string> {
  const users = new Map(records.users.map((user) => [user.username, user]));
  const events = trails.flatMap((trail) => trail.events);
  for (const [name, act] of Object.entries(ACTS)) {
    const told = sums(events.filter(act.tells), act.whose, timesOf);
    const idOf = (one: Operation) => users.get(act.by(one) ?? '')?.id ?? null;
    const least = sums(operations, idOf, act.surely);
    const most = sums(operations, idOf, act.atMost);
    for (const { id, username: whose } of records.users) {
      const [times, from, to] = [told, least, most].map((counted) => counted.get(id) ?? 0) as Three;
      if (times < from || times > to)
        yield `${name} of ${whose} stands ${times} times in the trail, and happened ${from === to ? from : `${from} to ${to}`} times`;
    }
  }
  yield* requestsMistold(operations, events, users);
}

type Three = [number, number, number];

/** Whoever was told the id of a reset finds one event of it, of theirs, for whom they meant. */
function* requestsMistold(
  operations: readonly Operation[],
  events: readonly TrailEvent[],
  users: ReadonlyMap<string, UserRecord>,
): Generator<string> {
  const requested = new Map(
    events.filter(({ action }) => action === 'password-reset.requested').map((one) => [target(one), one]),
  );
  for (const { resetId, username: whose, by } of operations) {
    if (!resetId) continue;
    const event = requested.get(resetId);
    const told = [event?.changes['userId'], event && actor(event)];
    const meant = [users.get(whose)?.id, users.get(by ?? '')?.id];
    if (told[0] !== meant[0] || told[1] !== meant[1])
      yield `the reset ${resetId} of ${whose} was asked for by ${by}, and the trail tells ${told.join(' by ')}`;
  }
}

/** Refusals are counted by the minute. */
const timesOf = ({ changes }: TrailEvent): number => {
  const { count } = changes;
  return typeof count === 'number' ? count : 1;
};

function sums<T>(
  of: readonly T[],
  whose: (one: T) => string | null,
  value: (one: T) => number,
): Map<string, number> {
  const counted = new Map<string, number>();
  for (const one of of) {
    const id = whose(one);
    if (id !== null) counted.set(id, (counted.get(id) ?? 0) + value(one));
  }
  return counted;
}
