import { probeQueue, type QueueFacts } from '#delivery';
import { probeMailServer } from '#mail';
import type { Installation } from '../installation.js';
import { type Finding, fault, ok, warning, wordsOf } from './finding.js';

export async function checkQueue({ config, workerDatabaseUrl }: Installation): Promise<Finding[]> {
  try {
    return [aboutQueue(await probeQueue(config.with({ DATABASE_URL: workerDatabaseUrl })))];
  } catch (error) {
    // 42501: API and worker have logins of their own, and this is the API's.
    if ((error as { code?: string }).code === '42501') {
      return [
        warning(
          'queue',
          'This login may not look at the queue.',
          'Nothing, if the worker has a login of its own.',
        ),
      ];
    }
    const where = config.values.REDIS_URL ? 'REDIS_URL' : 'DATABASE_URL of the worker';
    return [fault('queue', `The queue does not answer: ${wordsOf(error)}.`, `Check ${where}.`)];
  }
}

function aboutQueue({ kind, evictionPolicy, appendOnly }: QueueFacts): Finding {
  if (kind === 'postgresql') return ok('queue', 'The queue in PostgreSQL answers.');
  if (evictionPolicy !== 'noeviction') {
    const next = 'Set maxmemory-policy noeviction in redis.conf: BullMQ’s keys must not be thrown away.';
    return fault('queue', `Redis answers, with maxmemory-policy ${evictionPolicy ?? 'unknown'}.`, next);
  }
  // Nothing is lost either way: the outbox is the record.
  const after = appendOnly
    ? 'AOF is on'
    : 'AOF is off: after a crash, mail is queued again from the outbox, half a minute later';
  return ok('queue', `Redis answers, with maxmemory-policy noeviction; ${after}.`);
}

export async function checkMail({ config }: Installation): Promise<Finding[]> {
  if (config.usesMailbox) return [ok('mail', 'Mail goes to the built-in mailbox of npm start.')];
  const urls = config.values.SMTP_URL ?? [];
  if (urls.length === 0) {
    return [fault('mail', 'There is no mail server.', 'Set SMTP_URL: no worker starts without it.')];
  }
  const probed = await Promise.all(urls.map(probeMailServer));
  const others = probed.some(({ fault: trouble }) => trouble === null);
  return probed.map(({ place, fault: trouble }) => {
    if (trouble === null) return ok('mail', `${place} lets us in.`);
    const told = `${place} does not let us in: ${trouble}.`;
    const next = 'Check host, port, TLS, user and password in SMTP_URL, and the way there.';
    // Mail goes by the others.
    return others ? warning('mail', told, next) : fault('mail', told, next);
  });
}
