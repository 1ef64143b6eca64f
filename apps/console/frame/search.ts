import { DELIVERY_STATES, LOCALES, RESET_CHANNELS, RESET_STATES, TEMPORARY_PASSWORD_STATES } from '#contract';
import { isDay } from './calendar.js';

// What the URL of a page may hold. A value that does not belong there is dropped, never an error:
// people edit addresses and keep old ones.

type Given = Record<string, unknown>;

/** Every part of an address may be left out. */
const anyOf = <T extends object>(search: T) => search as { [Key in keyof T]?: T[Key] | undefined };

const text = (value: unknown): string | undefined => {
  const found = typeof value === 'number' ? String(value) : value;
  return typeof found === 'string' && found !== '' && found.length <= 2048 ? found : undefined;
};

const oneOf = <T extends string>(allowed: readonly T[], value: unknown): T | undefined =>
  allowed.find((one) => one === value);

const day = (value: unknown): string | undefined =>
  typeof value === 'string' && isDay(value) ? value : undefined;

/** The number of an event. */
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;

const flag = (value: unknown): true | undefined =>
  value === true || value === 1 || value === 'true' ? true : undefined;

/** Only within this site: an address of another one would take people away after they signed in. */
const ownPath = (value: unknown): string | undefined => {
  const path = text(value);
  return path && /^\/(?![/\\])/.test(path) ? path : undefined;
};

export const signInSearch = (given: Given) =>
  anyOf({
    practiceId: text(given['practiceId']),
    username: text(given['username']),
    next: ownPath(given['next']),
    done: oneOf(['password', 'opened', 'signed-out', 'expired'], given['done']),
  });

export const resetSearch = (given: Given) =>
  anyOf({
    practiceId: text(given['practiceId']),
    username: text(given['username']),
  });

export const usersSearch = (given: Given) =>
  anyOf({
    search: text(given['search']),
    role: text(given['role']),
    status: oneOf(['invited', 'active', 'deactivated'], given['status']),
    temporaryPassword: oneOf(TEMPORARY_PASSWORD_STATES, given['temporaryPassword']),
    cursor: text(given['cursor']),
    /** The user whose password is being reset, or who is being changed: the dialog is part of the address. */
    reset: text(given['reset']),
    edit: text(given['edit']),
    add: flag(given['add']),
    designate: flag(given['designate']),
    /** `new`, or the import that is looked at. */
    import: text(given['import']),
    /** `new`, or the bulk reset that is looked at. */
    bulk: text(given['bulk']),
  });

export const resetLogSearch = (given: Given) =>
  anyOf({
    state: oneOf(RESET_STATES, given['state']),
    channel: oneOf(RESET_CHANNELS, given['channel']),
    userId: text(given['userId']),
    from: day(given['from']),
    to: day(given['to']),
    cursor: text(given['cursor']),
    open: text(given['open']),
  });

export const deliveriesSearch = (given: Given) =>
  anyOf({
    state: oneOf(DELIVERY_STATES, given['state']),
    userId: text(given['userId']),
    cursor: text(given['cursor']),
    open: text(given['open']),
  });

export const templatesSearch = (given: Given) =>
  anyOf({
    /** The mail that is being worded, and in which language. */
    open: text(given['open']),
    locale: oneOf(LOCALES, given['locale']),
  });

export const auditSearch = (given: Given) =>
  anyOf({
    action: text(given['action']),
    outcome: oneOf(['success', 'refused', 'failed'], given['outcome']),
    actorId: text(given['actorId']),
    personId: text(given['personId']),
    sourceAddress: text(given['sourceAddress']),
    targetId: text(given['targetId']),
    from: day(given['from']),
    to: day(given['to']),
    /** The number of an event that the list is centred on: "events around this". */
    around: number(given['around']),
    cursor: text(given['cursor']),
    open: text(given['open']),
  });
