import { checkOffline } from '../../libs/audit/index.js';
import { ask } from './api-client.js';
import type { Clients } from './clients.js';
import type { Trail, TrailEvent } from './evidence.js';
import type { SeededPractice } from './installation.js';

/** Every practice's trail as its administrator exports it, judged by the product's offline verifier. */
export const trailsOf = (clients: Clients): Promise<Trail[]> =>
  Promise.all(clients.installation.practices.map((practice) => trailOf(clients, practice)));

async function trailOf(clients: Clients, practice: SeededPractice): Promise<Trail> {
  const { url } = clients.installation;
  const token = (await clients.newToken(practice, practice.administrator)) ?? '';
  const verification = await ask(`${url}/api/v1/audit-events/verification`, { method: 'GET', token });
  const response = await fetch(`${url}/api/v1/audit-events/export?format=ndjson`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`The trail of ${practice.practiceId} was answered ${response.status}`);
  const lines = Buffer.from(await response.arrayBuffer())
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  const publicKey = String(verification.answer?.body['publicKey']);
  const {
    practice: id,
    intact,
    fault,
  } = await checkOffline({ file: asFile(lines), publicKey, anchors: null });
  return {
    practice: id ?? practice.practiceId,
    intact,
    fault: fault?.what ?? null,
    events: lines.flatMap(eventIn),
  };
}

async function* asFile(lines: readonly string[]): AsyncGenerator<Buffer> {
  for (const line of lines) yield Buffer.from(`${line}\n`);
}

function eventIn(line: string): TrailEvent[] {
  const { event } = JSON.parse(line) as { event?: TrailEvent };
  return event ? [event] : [];
}
