import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { Client, Pool, type QueryResultRow } from 'pg';
import { bootstrap, EmbeddedPostgres, migrate } from '../../libs/database/index.js';
import { migrateQueue } from '../../libs/delivery/index.js';
import { MIGRATIONS } from '../../migrations/index.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { Overheard } from './at-rest.js';
import { until } from './patience.js';

const LOGINS = {
  api: { name: 'latchkey_api_login', roles: ['latchkey_api'] },
  worker: { name: 'latchkey_worker_login', roles: ['latchkey_worker', 'latchkey_queue'] },
} as const;

/** A PostgreSQL of the run's own. Killed, it is brought back by the product's own starter. */
export class OwnPostgres {
  readonly #server: EmbeddedPostgres;
  readonly #pool: Pool;
  readonly apiUrl: string;
  readonly workerUrl: string;

  /** `folder` is the run's own, and goes with it. */
  private constructor(
    server: EmbeddedPostgres,
    readonly folder: string,
  ) {
    this.#server = server;
    this.apiUrl = server.loginUrl(LOGINS.api.name);
    this.workerUrl = server.loginUrl(LOGINS.worker.name);
    this.#pool = new Pool({ connectionString: server.adminUrl(), max: 3, connectionTimeoutMillis: 2_000 });
    const unheard = () => undefined;
    this.#pool.on('error', unheard).on('connect', (client) => client.on('error', unheard));
  }

  static async open(): Promise<OwnPostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-chaos-'));
    chmodSync(folder, 0o711);
    const server = await EmbeddedPostgres.open({
      dataDir: join(folder, 'data'),
      maxConnections: 100,
      exclusive: true,
    });
    const logins = Object.values(LOGINS).map(({ name, roles }) => ({
      name,
      roles,
      password: server.passwordFor(name),
    }));
    await bootstrap(server.adminUrl(), logins);
    await migrate(server.adminUrl(), MIGRATIONS, migrateQueue);
    return new OwnPostgres(server, folder);
  }

  get adminUrl(): string {
    return this.#server.adminUrl();
  }

  /** Where its files are, the write-ahead log among them. */
  get cluster(): string {
    try {
      return readFileSync(join(this.folder, 'data/postgres.location'), 'utf8').trim();
    } catch {
      return join(this.folder, 'data/postgres');
    }
  }

  /** As a superuser, who sees through row-level security; asked again while the server is down. */
  async query<Row extends QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    let rows: Row[] = [];
    let fault: unknown;
    const answered = async () => {
      try {
        ({ rows } = await this.#pool.query<Row>(sql, parameters));
        return true;
      } catch (error) {
        fault = error;
        // What PostgreSQL itself refuses is the caller's fault; a server that is down or starting is not.
        if (/^(?!57P|08|53300)[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code))) throw error;
        return false;
      }
    };
    await until('PostgreSQL answers', answered, { seconds: 30, everyMilliseconds: 100 }).catch((error) => {
      throw new Error(String(error), { cause: fault });
    });
    return rows;
  }

  /** `kill -9` of the server; resolves when it serves again. */
  async kill(): Promise<void> {
    const pid = Number(readFileSync(join(this.cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    await until('the killed server is noticed', async () => !(await this.#serves()), { seconds: 5 });
    await this.query('select 1');
  }

  async close(): Promise<void> {
    const { cluster } = this;
    await this.#pool.end();
    await this.#server.stop();
    if (!cluster.startsWith(this.folder)) rmSync(dirname(cluster), { recursive: true, force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #serves(): Promise<boolean> {
    const client = new Client({ connectionString: this.adminUrl, connectionTimeoutMillis: 500 });
    client.on('error', () => undefined);
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    );
  }
}

/** A Redis that comes back empty on the same port, and what it is told while somebody listens. */
export class OwnRedis {
  #redis: TestRedis;
  #listener: Redis | undefined;

  /** From every argument of every command: most of what a queue is told is gone when a run is over. */
  readonly overheard = new Overheard();

  private constructor(redis: TestRedis) {
    this.#redis = redis;
  }

  static async open(): Promise<OwnRedis> {
    const redis = new OwnRedis(await startRedis());
    await redis.#listen();
    return redis;
  }

  get url(): string {
    return this.#redis.url;
  }

  kill(): Promise<void> {
    return this.#redis.kill();
  }

  async startAgain(): Promise<void> {
    this.#redis = await startRedis({ port: this.#redis.port });
    await this.#listen();
  }

  close(): Promise<void> {
    this.#listener?.disconnect();
    return this.#redis.stop();
  }

  async #listen(): Promise<void> {
    this.#listener?.disconnect();
    const listener = new Redis(this.url, { monitor: true, retryStrategy: () => null });
    this.#listener = listener;
    // From the start: lines that come together with the OK are an error to ioredis, and no more than that.
    listener.on('error', () => undefined);
    listener.on('monitor', (_at: string, words: string[]) => {
      for (const word of words) this.overheard.hear(word);
    });
    await new Promise<void>((listens, failed) => {
      listener.once('monitoring', listens);
      listener.once('end', () => failed(new Error('Redis lets nobody listen')));
    });
  }
}
