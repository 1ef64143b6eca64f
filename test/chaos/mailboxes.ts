import type { Records } from './evidence.js';
import type { Installation, SeededPractice } from './installation.js';
import type { JournalledMail } from './mail-journal.js';

/** One person, with every temporary password that was ever mailed to them, in the order in which they were issued. */
export interface Mailbox {
  username: string;
  practice: SeededPractice;
  credentials: Mailed[];
}

export interface Mailed {
  credential: string;
  /** The first delivery that carried it. Its id tells when it was made: mails may arrive in another order. */
  deliveryId: string;
  lastAt: number;
  confirmed: boolean;
}

/** Whoever was mailed last comes first. */
export function mailboxes({ journal, practices }: Installation, records: Records): Mailbox[] {
  const administrators = new Map(practices.map((practice) => [practice.administrator, practice]));
  const homes = new Map(
    records.users.flatMap(({ username, practice }) => {
      const home = administrators.get(username);
      return home ? [[practice, home] as const] : [];
    }),
  );
  const mails = Map.groupBy(
    journal.mails.filter(({ credential }) => credential !== null),
    ({ to }) => to,
  );
  return records.users
    .flatMap(({ username, email, practice: id }) => {
      const [practice, own] = [homes.get(id), mails.get(email)];
      return practice && own ? [{ username, practice, credentials: inOrderOfIssue(own) }] : [];
    })
    .toSorted((one, other) => lastOf(other) - lastOf(one));
}

const lastOf = ({ credentials }: Mailbox): number => Math.max(...credentials.map(({ lastAt }) => lastAt));

function inOrderOfIssue(mails: readonly JournalledMail[]): Mailed[] {
  const byCredential = Map.groupBy(mails, ({ credential }) => credential ?? '');
  return [...byCredential]
    .map(([credential, copies]) => ({
      credential,
      deliveryId: copies.map(({ deliveryId }) => deliveryId).toSorted()[0] ?? '',
      lastAt: Math.max(...copies.map(({ at }) => at)),
      confirmed: copies.some(({ confirmed }) => confirmed),
    }))
    .toSorted((one, other) => (one.deliveryId < other.deliveryId ? -1 : 1));
}

/** The moment in a UUIDv7 (RFC 9562 §5.7). */
export const madeAt = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16);
