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

/** N9: back within the bound, with nothing left lying about. */
export const comesBack: Check = function* ({ recovery }) {
  const { neededSeconds, boundSeconds, undelivered, unanswered } = recovery;
  if (neededSeconds > boundSeconds)
    yield `it took ${neededSeconds} s to come back, more than ${boundSeconds}`;
  if (undelivered > 0) yield `${undelivered} mails are left in the outbox`;
  if (unanswered > 0) yield `${unanswered} answers were never carried out`;
};
