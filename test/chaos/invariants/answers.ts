import type { Evidence, ResetRecord } from '../evidence.js';
import { accepted, type Operation } from '../history.js';
import type { JournalledMail } from '../mail-journal.js';

/** Who asked again within this time finds the mail already sent, or on its way: no other one is made. */
const REPEAT_MILLISECONDS = 5 * 60_000;
/** States of a reset that may have been mailed; any other is an outcome that the practice's log shows. */
const MAILED: ReadonlySet<string> = new Set(['sent', 'used', 'completed']);

/**
 * N1 for whoever answered rightly and was told no more than 202: each of these answers has a mail that it may
 * have led to, or a reset that visibly came to nothing.
 */
export function* unheardAnswers({ operations, journal, records }: Evidence): Generator<string> {
  const users = new Map(records.users.map((user) => [user.username, user]));
  const used = usedAt(operations);
  const answers = operations.filter(
    (one) => one.wish === 'self-service-reset' && !one.mustFail && accepted(one),
  );
  for (const [username, own] of Map.groupBy(answers, (one) => one.username)) {
    const user = users.get(username);
    const mails = journal.filter(({ to, credential }) => to === user?.email && credential !== null);
    const ended = records.resets.filter(({ userId, state }) => userId === user?.id && !MAILED.has(state));
    const passwords = operations.filter((one) => one.wish === 'own-password' && one.username === username);
    for (const answer of own) {
      if (mails.some((mail) => mayAnswer(answer, mail, used))) continue;
      if (ended.some((reset) => cameToNothing(answer, reset, passwords))) continue;
      yield `the right answer of ${username} that was accepted at ${at(answer)} has led to nothing`;
    }
  }
}

/** One that came later, or had come a moment before and was still good. */
function mayAnswer(
  { askedAt }: Operation,
  { at, credential }: JournalledMail,
  used: ReadonlyMap<string, number>,
): boolean {
  const usedBefore = (used.get(credential ?? '') ?? Number.POSITIVE_INFINITY) < askedAt;
  return at >= askedAt - REPEAT_MILLISECONDS && !usedBefore;
}

/** It was made of this answer, or was on its way when the answer came and ended by an own password since. */
function cameToNothing({ askedAt }: Operation, reset: ResetRecord, passwords: readonly Operation[]): boolean {
  if (reset.requestedAt.getTime() >= askedAt) return true;
  return reset.state !== 'refused' && passwords.some(({ endedAt }) => endedAt >= askedAt);
}

/** When somebody knew that a temporary password was used up, by the password. */
function usedAt(operations: readonly Operation[]): Map<string, number> {
  const uses = operations.filter((one) => one.wish === 'temporary-sign-in' && accepted(one));
  return new Map(uses.map(({ credential, endedAt }) => [credential ?? '', endedAt]));
}

const at = ({ askedAt }: Operation): string => new Date(askedAt).toISOString();
