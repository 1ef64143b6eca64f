import { ask } from './api-client.js';
import type { Clients } from './clients.js';
import type { Probe, Records } from './evidence.js';
import type { Installation } from './installation.js';
import { until } from './patience.js';

const OF_EACH = 12;

/** Presents what must work and what must not, when all is quiet again. */
export async function probe(
  installation: Installation,
  { revoked }: Pick<Clients, 'revoked'>,
  records: Records,
): Promise<Probe[]> {
  const mailed = mailedCredentials(installation, records);
  const usable = mailed.filter(({ usable }) => usable).slice(-OF_EACH);
  const over = mailed.filter(({ state }) => state !== 'live').slice(-OF_EACH);
  const probes: Probe[] = [];
  for (const { username, practiceId, elsewhere, credential } of usable) {
    const enter = (where: string) => signIn(installation, where, username, credential);
    const note = async (what: Probe['what'], where: string, mayWork: boolean) =>
      probes.push({ what, username, mayWork, status: await enter(where) });
    await note('credential-elsewhere', elsewhere, false);
    await note('newest-credential', practiceId, true);
    await note('spent-credential', practiceId, false);
  }
  for (const { username, practiceId, credential } of over) {
    const status = await signIn(installation, practiceId, username, credential);
    probes.push({ what: 'ended-credential', username, mayWork: false, status });
  }
  for (const { username, token } of revoked.slice(-OF_EACH)) {
    const status = await get(installation, token);
    probes.push({ what: 'revoked-session', username, mayWork: false, status });
  }
  return probes;
}

function mailedCredentials({ journal, practices }: Installation, records: Records) {
  const secrets = new Map(journal.mails.map(({ deliveryId, credential }) => [deliveryId, credential]));
  const names = new Map(records.users.map(({ id, username }) => [id, username]));
  const carried = new Map(records.deliveries.map(({ id, credentialId }) => [credentialId, secrets.get(id)]));
  return records.credentials.flatMap(({ id, userId, state, usable }) => {
    const username = names.get(userId) ?? '';
    const practice = practices.find(({ targets, askers }) => [...targets, ...askers].includes(username));
    const credential = carried.get(id);
    if (!practice || !credential) return [];
    const elsewhere = practices.find((other) => other !== practice)?.practiceId ?? '';
    return [{ username, practiceId: practice.practiceId, elsewhere, credential, state, usable }];
  });
}

/** The answer that stands: not one that says "later". */
async function standing(request: () => ReturnType<typeof ask>): Promise<number> {
  let status = 0;
  await until('the API answers a probe', async () => {
    const { answer } = await request();
    status = answer?.status ?? 0;
    return status !== 0 && status !== 429 && status < 500;
  });
  return status;
}

const signIn = ({ url }: Installation, practiceId: string, username: string, password: string) =>
  standing(() =>
    ask(`${url}/api/v1/sessions`, { body: { practiceId, username, password, transport: 'bearer' } }),
  );

const get = ({ url }: Installation, token: string) =>
  standing(() => ask(`${url}/api/v1/sessions/current`, { method: 'GET', token }));
