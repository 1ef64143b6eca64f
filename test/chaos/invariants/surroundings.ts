import type { Wish } from '../history.js';
import type { Check } from './invariant.js';

/** N6: what was mailed is nowhere else. */
export const nothingAtRest: Check = function* ({ atRest }) {
  for (const place of atRest) yield `a temporary password stands in ${place}`;
};

/** N7: whose delivery it is, receives it; a trail tells of its own practice. */
export const practicesStayApart: Check = function* ({ journal, records, trails, probes }) {
  const homes = new Map(records.users.map(({ id, practice }) => [id, practice]));
  const deliveries = new Map(records.deliveries.map((delivery) => [delivery.id, delivery]));
  const addresses = new Map(records.users.map(({ email, practice }) => [email, practice]));
  for (const { practice, userId, id } of [...records.resets, ...records.credentials, ...records.deliveries]) {
    if (userId && homes.get(userId) !== practice) yield `${id} of ${practice} belongs to another’s user`;
  }
  for (const { deliveryId, to } of journal) {
    const delivery = deliveries.get(deliveryId);
    if (delivery && addresses.get(to) !== delivery.practice) {
      yield `the delivery ${deliveryId} of ${delivery.practice} was mailed to ${to} of another practice`;
    }
  }
  const owners = new Map(records.resets.map(({ id, practice }) => [id, practice]));
  for (const { practice, events } of trails) {
    for (const { action, target } of events) {
      const owner = target?.type === 'password-reset' ? owners.get(target.id ?? '') : undefined;
      if (owner && owner !== practice) yield `${action} of ${owner} stands in the trail of ${practice}`;
    }
  }
  for (const { what, username, status } of probes) {
    if (what === 'credential-elsewhere' && status < 300) {
      yield `the temporary password of ${username} opened a session in another practice`;
    }
  }
};

/** Whoever wants these asks until there is an answer. */
const PATIENT: ReadonlySet<Wish> = new Set(['administrator-reset', 'self-service-reset']);
/** Who still asked so long after everything was back should have been answered: an API starts in a few seconds. */
const BACK_AFTER_MILLISECONDS = 30_000;
/** A fault takes seconds, and patience is a minute and a half: only one that follows another can outlast it. */
const GIVE_UP_AT_MOST = 0.01;
/**
 * Nobody begins anything while 400 wait, which at 20 a second is a service that stood still for 20 s. A tenth less
 * is still about the load that the report names.
 */
const SKIPPED_AT_MOST = 0.1;

/** N9: back within the bound, with nothing left lying about; clients are answered meanwhile. */
export const comesBack: Check = function* ({ recovery, operations, load }) {
  const { neededSeconds, boundSeconds, undelivered, unanswered } = recovery;
  if (neededSeconds > boundSeconds)
    yield `it took ${neededSeconds} s to come back, more than ${boundSeconds}`;
  if (undelivered > 0) yield `${undelivered} mails are left in the outbox`;
  if (unanswered > 0) yield `${unanswered} answers were never carried out`;
  const gaveUp = operations.filter((one) => one.gaveUp);
  for (const { wish, username, endedAt } of gaveUp) {
    const seconds = Math.round((endedAt - load.restoredAt) / 1_000);
    if (seconds * 1_000 > BACK_AFTER_MILLISECONDS)
      yield `${wish} for ${username} was given up ${seconds} s after everything was back`;
  }
  const patient = operations.filter(({ wish }) => PATIENT.has(wish)).length;
  if (gaveUp.length > GIVE_UP_AT_MOST * patient) yield `${gaveUp.length} of ${patient} resets were given up`;
  if (load.skipped > SKIPPED_AT_MOST * load.due)
    yield `${load.skipped} of ${load.due} wishes were never begun: too many waited for an answer`;
};
