import type { Probe } from '../evidence.js';
import { accepted } from '../history.js';
import type { Check } from './invariant.js';

/** N2: by every look at the database, and by trying whatever was mailed. */
export const oneLiveCredential: Check = function* ({ doubles, probes, records }) {
  for (const username of doubles) yield `${username} was seen with more than one live credential`;
  const live = Map.groupBy(
    records.credentials.filter(({ state }) => state === 'live'),
    ({ practice, userId }) => `${practice} ${userId}`,
  );
  for (const [user, credentials] of live) {
    if (credentials.length > 1) yield `${user} has ${credentials.length} live credentials`;
  }
  for (const { what, username, status } of probes) {
    if (what === 'newest-credential' && status !== 201) {
      yield `the newest temporary password of ${username} was answered ${status}`;
    }
  }
  const opened = probes.filter(
    ({ what, status }) => what.endsWith('-credential') && status >= 200 && status < 300,
  );
  for (const [username, all] of Map.groupBy(opened, (one) => one.username)) {
    if (all.length > 1) yield `${all.length} temporary passwords of ${username} worked`;
  }
};

/** N3: of one delivery, and of all mails with one credential. */
export const duplicatesAreIdentical: Check = function* ({ journal, records }) {
  const credentialOf = new Map(records.deliveries.map(({ id, credentialId }) => [id, credentialId]));
  for (const [deliveryId, mails] of Map.groupBy(journal, (mail) => mail.deliveryId)) {
    if (new Set(mails.map(({ messageId }) => messageId)).size > 1) {
      yield `the delivery ${deliveryId} went out under several Message-IDs`;
    }
    if (new Set(mails.map(({ to }) => to)).size > 1)
      yield `the delivery ${deliveryId} went to several people`;
  }
  for (const [messageId, mails] of Map.groupBy(journal, (mail) => mail.messageId)) {
    if (new Set(mails.map(({ deliveryId }) => deliveryId)).size > 1) {
      yield `the Message-ID ${messageId} is that of several deliveries`;
    }
  }
  const secret = journal.filter(({ credential }) => credential !== null);
  for (const [id, mails] of Map.groupBy(secret, (mail) => credentialOf.get(mail.deliveryId))) {
    if (new Set(mails.map(({ credential }) => credential)).size > 1) {
      yield `the credential ${id} was mailed as several temporary passwords`;
    }
  }
};

const OVER: ReadonlySet<Probe['what']> = new Set([
  'superseded-credential',
  'spent-credential',
  'revoked-session',
]);

/** N10: what is over stays over, and nothing opens two sessions. */
export const nothingRevives: Check = function* ({ operations, probes }) {
  const opened = operations.filter((one) => one.wish === 'temporary-sign-in' && accepted(one));
  for (const [credential, uses] of Map.groupBy(opened, (one) => one.credential)) {
    if (credential && uses.length > 1) {
      yield `one temporary password of ${uses[0]?.username} opened ${uses.length} sessions`;
    }
  }
  for (const { what, username, status } of probes) {
    if (!OVER.has(what)) continue;
    if (status >= 200 && status < 300) yield `a ${what} of ${username} was answered ${status}`;
  }
};
