import type { Evidence } from '../evidence.js';
import { accepted } from '../history.js';
import { unheardAnswers } from './answers.js';
import type { Check } from './invariant.js';

/** What a reset may have come to when all is quiet, other than still being on its way. */
const MAILED = new Set(['sent', 'used', 'completed']);
const OUTCOMES = new Set([...MAILED, 'refused', 'expired', 'superseded', 'failed', 'cancelled']);

/** N1 for both walks: an administrator learns the reset's id, whoever answers a question learns nothing. */
export const neverLost: Check = function* (evidence) {
  const { operations, records, taken } = evidence;
  const resets = new Map(records.resets.map((reset) => [reset.id, reset]));
  const mailed = new Set(mailedResets(evidence));
  for (const { resetId, username } of operations) {
    if (resetId && !resets.has(resetId)) yield `the accepted reset ${resetId} of ${username} is not there`;
  }
  for (const { id, state } of records.resets) {
    if (!OUTCOMES.has(state)) yield `the reset ${id} has come to nothing: it is ${state}`;
    if (MAILED.has(state) && !mailed.has(id)) yield `the reset ${id} is ${state}, and was never mailed`;
  }
  for (const { id, state } of records.deliveries) {
    if (['queued', 'sending', 'deferred'].includes(state)) yield `the delivery ${id} is still ${state}`;
    if (state === 'accepted' && !taken.has(id))
      yield `the delivery ${id} is called accepted, and nobody took it`;
  }
  yield* unheardAnswers(evidence);
};

/** A repeated mail names no reset of its own where its credential was mailed for another: all that hang on it. */
function* mailedResets({ journal, records }: Evidence): Generator<string> {
  const deliveries = new Map(records.deliveries.map((delivery) => [delivery.id, delivery]));
  const byCredential = Map.groupBy(records.resets, ({ credentialId }) => credentialId);
  for (const { deliveryId } of journal) {
    const delivery = deliveries.get(deliveryId);
    if (!delivery) continue;
    if (delivery.resetId) yield delivery.resetId;
    if (!delivery.credentialId) continue;
    for (const { id } of byCredential.get(delivery.credentialId) ?? []) yield id;
  }
}

/** N5: every mail belongs to a delivery that is there, and every reset to somebody who asked for it. */
export const nothingFromNowhere: Check = function* ({ operations, journal, records }) {
  const deliveries = new Map(records.deliveries.map((delivery) => [delivery.id, delivery]));
  for (const { deliveryId, template, to } of journal) {
    const delivery = deliveries.get(deliveryId);
    if (!delivery) yield `a ${template} was mailed to ${to}, and there is no delivery ${deliveryId}`;
    else if (delivery.template !== template) yield `the delivery ${deliveryId} is no ${template}`;
  }
  const known = new Set(operations.flatMap(({ resetId }) => resetId ?? []));
  const names = new Map(records.users.map(({ id, username }) => [id, username]));
  const unclaimed = records.resets.filter(({ id, channel }) => channel === 'administrator' && !known.has(id));
  const owed = Map.groupBy(unclaimed, ({ userId }) => names.get(userId) ?? userId);
  for (const [username, resets] of owed) {
    const asked = operations.filter(
      (one) =>
        one.wish === 'administrator-reset' && one.username === username && one.uncertain && !one.resetId,
    );
    if (resets.length > asked.length) yield `${username} was reset more often than anybody asked`;
  }
};

/** N8: a fault never opens a door. */
export const nothingSlippedThrough: Check = function* ({ operations, records }) {
  const names = new Map(records.users.map(({ id, username }) => [id, username]));
  for (const operation of operations) {
    const { wish, username, mustFail, status } = operation;
    // The answer to an answer tells nothing: what must not follow is a reset.
    if (!mustFail || wish === 'self-service-reset' || !accepted(operation)) continue;
    yield `${wish} for ${username} was answered ${status}, although ${mustFail}`;
  }
  const wrong = operations.filter(({ wish, mustFail }) => wish === 'self-service-reset' && mustFail);
  const right = new Set(
    operations
      .filter(({ wish, mustFail }) => wish === 'self-service-reset' && !mustFail)
      .map(({ username }) => username),
  );
  for (const { username, mustFail } of wrong) {
    if (right.has(username)) continue;
    const opened = records.resets.some(
      ({ userId, channel, state }) =>
        names.get(userId) === username && channel === 'self_service' && state !== 'refused',
    );
    if (opened) yield `an answer of ${username} started a reset, although ${mustFail}`;
  }
};
