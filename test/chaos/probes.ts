import { ask } from './api-client.js';
import type { Clients } from './clients.js';
import type { Probe, Records } from './evidence.js';
import { accepted } from './history.js';
import type { Installation, SeededPractice } from './installation.js';
import { type Mailbox, type Mailed, madeAt, mailboxes } from './mailboxes.js';
import { until } from './patience.js';

/** How many temporary passwords are tried, at least: all of whomever they were mailed to last. */
export const OF_A_TEST = 30;
/** Each costs an argon2id: some ten seconds in all. */
export const OF_A_RUN = 300;
const SESSIONS = 12;
const AT_ONCE = 4;

/**
 * Presents what must work and what must not, when all is quiet again. Which is which is told by the mails and by
 * what clients did, not by what the database thinks of a credential.
 */
export async function probe(clients: Clients, records: Records, atLeast: number): Promise<Probe[]> {
  const chosen: Mailbox[] = [];
  let credentials = 0;
  for (const mailbox of mailboxes(clients.installation, records)) {
    if (credentials >= atLeast) break;
    chosen.push(mailbox);
    credentials += mailbox.credentials.length;
  }
  const probes: Probe[] = [];
  const next = async (): Promise<void> => {
    for (let one = chosen.pop(); one; one = chosen.pop())
      probes.push(...(await tryAll(clients, records, one)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  for (const { username, token } of clients.revoked.slice(-SESSIONS)) {
    probes.push({ what: 'revoked-session', username, status: await get(clients.installation, token) });
  }
  return probes;
}

async function tryAll(clients: Clients, records: Records, mailbox: Mailbox): Promise<Probe[]> {
  const { username, practice, credentials } = mailbox;
  const probes: Probe[] = [];
  const present = async (what: Probe['what'], { credential }: Mailed, why: string | null) => {
    const presented = { credential, mustFail: why };
    const elsewhere = what === 'credential-elsewhere' ? otherThan(clients, practice) : null;
    const status = await clients.present(practice, username, presented, elsewhere);
    probes.push({ what, username, status });
    return status;
  };
  const newest = credentials.at(-1);
  if (!newest) return probes;
  for (const older of credentials.slice(0, -1)) {
    await present('superseded-credential', older, 'a newer temporary password was mailed');
  }
  const uses = clients.history.operations.filter(
    (one) => one.wish === 'temporary-sign-in' && one.credential === newest.credential,
  );
  const spent = 'the temporary password was used before';
  if (uses.some(accepted)) {
    await present('spent-credential', newest, spent);
    return probes;
  }
  await present('credential-elsewhere', newest, 'it is of another practice');
  const maybeUsed = uses.some(({ uncertain }) => uncertain);
  const mustWork = !maybeUsed && nothingEnded(clients, records, mailbox, newest);
  const status = await present(mustWork ? 'newest-credential' : 'doubtful-credential', newest, null);
  if (status === 201) await present('spent-credential', newest, spent);
  return probes;
}

/** Its life has not run out, no own password has taken its place, nor a newer one that could not be mailed. */
function nothingEnded(
  { history }: Clients,
  { deliveries, credentials, users }: Records,
  { username }: Mailbox,
  { deliveryId, confirmed }: Mailed,
): boolean {
  const user = users.find((one) => one.username === username);
  const own = deliveries.find(({ id }) => id === deliveryId);
  const ranOut = credentials.find(({ id }) => id === own?.credentialId)?.ranOut;
  const newer = deliveries.some(
    ({ id, userId, credentialId }) =>
      userId === user?.id && credentialId !== null && credentialId !== own?.credentialId && id > deliveryId,
  );
  const ownPassword = history.operations.some(
    (one) =>
      one.wish === 'own-password' &&
      one.username === username &&
      (accepted(one) || one.uncertain) &&
      one.endedAt >= madeAt(deliveryId),
  );
  return confirmed && ranOut === false && !newer && !ownPassword;
}

function otherThan({ installation }: Clients, practice: SeededPractice): SeededPractice {
  const other = installation.practices.find((one) => one !== practice);
  if (!other) throw new RangeError('There is no other practice');
  return other;
}

/** The answer that stands: not one that says "later". */
async function get({ url }: Installation, token: string): Promise<number> {
  let status = 0;
  await until('the API answers a probe', async () => {
    const { answer } = await ask(`${url}/api/v1/sessions/current`, { method: 'GET', token });
    status = answer?.status ?? 0;
    return status !== 0 && status !== 429 && status < 500;
  });
  return status;
}
