import {
  createPostgresBackend,
  createRedisBackend,
  type JobsOptions,
  type Processor,
  withBackend,
} from 'bullmq';
import { Cluster, Redis } from 'ioredis';
import { endedBySilence } from '#database';
import { type BackendQueue, QUEUE_SCHEMA, type QueueBackend, type QueueName } from './queue-backend.js';

/** The hash tag keeps all keys of the queue in one slot, which Redis Cluster demands. */
const PREFIX = '{latchkey}';

const JOB_OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: { count: 1_000 } };
/** A delivery's own retry lives in the outbox; here a job that a crash left behind is simply run again. */
const WORKER_OPTIONS = { maxStalledCount: 5, stalledInterval: 15_000 };

/** BullMQ in the product's own PostgreSQL, in its own schema under its own role. Never behind PgBouncer. */
export function postgresBackend(databaseUrl: string): QueueBackend {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const silence = endedBySilence(databaseUrl);
  const connection = (max: number) => ({
    connectionString: databaseUrl,
    ...silence,
    // Patience: it bounds the wait for one of these few, too, and a first connection that fails is not tried again.
    connectionTimeoutMillis: silence.query_timeout,
    schema: QUEUE_SCHEMA,
    max,
    options: '-c role=latchkey_queue',
  });
  return {
    kind: 'postgresql',
    queue: <D>(name: QueueName) =>
      new Queue(name, { connection: connection(2), defaultJobOptions: JOB_OPTIONS }) as BackendQueue<D>,
    worker: <D>(name: QueueName, process: Processor<D>, concurrency: number) =>
      new Worker<D>(name, process, { ...WORKER_OPTIONS, connection: connection(4), concurrency }),
    about: async () => null,
    disconnect: () => undefined,
  };
}

/** BullMQ on one Redis, or on a Redis Cluster when several URLs are given. */
export function redisBackend(urls: readonly string[]): QueueBackend {
  const { Queue, Worker } = withBackend(createRedisBackend);
  const open: (Redis | Cluster)[] = [];
  const connect = (options: Retries) => {
    const client = urls.length > 1 ? clusterAt(urls, options) : new Redis(urls[0] ?? '', options);
    // Without a listener a refused connection would end the process; BullMQ reports it as well.
    client.on('error', () => undefined);
    open.push(client);
    return client as never;
  };
  return {
    kind: 'redis',
    queue: <D>(name: QueueName) =>
      new Queue(name, {
        connection: connect({ maxRetriesPerRequest: 1 }),
        prefix: PREFIX,
        defaultJobOptions: JOB_OPTIONS,
      }) as BackendQueue<D>,
    worker: <D>(name: QueueName, process: Processor<D>, concurrency: number) =>
      new Worker<D>(name, process, {
        ...WORKER_OPTIONS,
        connection: connect({ maxRetriesPerRequest: null }),
        prefix: PREFIX,
        concurrency,
      }),
    about: async () => {
      const [client] = open;
      const nodes = client instanceof Cluster ? client.nodes('master') : client ? [client] : [];
      return (await Promise.all(nodes.map((node) => node.info()))).join('\n');
    },
    disconnect: () => {
      for (const client of open) client.disconnect();
    },
  };
}

interface Retries {
  maxRetriesPerRequest: number | null;
}

/**
 * A cluster names its nodes itself, and not all of them need be in a URL: credentials and TLS are said once for
 * every node. ioredis would keep them for the nodes that were named, and drop what `rediss:` asks for.
 */
function clusterAt(urls: readonly string[], options: Retries): Cluster {
  const { username, password } = new URL(urls[0] ?? '');
  return new Cluster([...urls], {
    redisOptions: {
      ...options,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(urls.some((url) => url.startsWith('rediss:')) && { tls: {} }),
    },
    // A name stays a name: a certificate is for it, and one that leads nowhere any more must not stop the others.
    dnsLookup: (name, found) => found(null, name),
  });
}
