import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KeyRing } from '../../libs/secrets/index.js';
import { ArmedFailpoints } from './failpoints.js';
import { MailJournal } from './mail-journal.js';
import { DIST, ProductProcess } from './product-process.js';
import { OwnPostgres, OwnRedis } from './servers.js';

export const PASSWORD = 'nine patient lighthouses';
export const ANSWER = 'a bridge in winter';
const DOMAIN = 'chaos.test';

/** Where the queue is. */
export type Backend = 'postgres' | 'redis';

/** One practice and who does what in it, so that what may be expected of each is known. */
export interface SeededPractice {
  practiceId: string;
  administrator: string;
  /** Administrators reset these. */
  targets: string[];
  /** These answer their question, rightly. */
  askers: string[];
  /** Others try to get in as these. */
  bystanders: string[];
}

export const emailOf = (username: string): string => `${username}@${DOMAIN}`;

/** The real product, every part a process of its own, with servers that may be killed. */
export class Installation {
  readonly api: ProductProcess;
  #worker: ProductProcess;
  readonly #everyWorker: ProductProcess[] = [];
  #practices: SeededPractice[] = [];

  private constructor(
    readonly postgres: OwnPostgres,
    readonly redis: OwnRedis | null,
    readonly journal: MailJournal,
    readonly failpoints: ArmedFailpoints,
    readonly shared: Record<string, string>,
  ) {
    this.api = new ProductProcess('api', { ...shared, DATABASE_URL: postgres.apiUrl, PORT: '0' });
    this.#worker = new ProductProcess('worker', { ...shared, DATABASE_URL: postgres.workerUrl });
    this.#everyWorker.push(this.#worker);
  }

  /** Servers, API and practices; no worker yet. `redis` starts one for workers that use it. */
  static async open({
    redis,
    practices = 3,
    users = 40,
  }: {
    redis: boolean;
    practices?: number;
    users?: number;
  }): Promise<Installation> {
    const postgres = await OwnPostgres.open();
    const journal = await MailJournal.open();
    const failpoints = new ArmedFailpoints(join(postgres.folder, 'failpoints'));
    const installation = new Installation(
      postgres,
      redis ? await OwnRedis.open() : null,
      journal,
      failpoints,
      {
        LATCHKEY_KEYS: KeyRing.generate(),
        LATCHKEY_FAILPOINTS: failpoints.folder,
        SMTP_URL: journal.url,
        RATE_LIMIT_FACTOR: '1000000',
        LOG_LEVEL: 'warn',
      },
    );
    const [seeded] = await Promise.all([installation.#seed(practices, users), installation.api.start()]);
    installation.#practices = seeded;
    // A restarted API is found where it was.
    installation.api.env['PORT'] = String(installation.api.port);
    return installation;
  }

  get url(): string {
    return `http://127.0.0.1:${this.api.port}`;
  }

  get practices(): readonly SeededPractice[] {
    return this.#practices;
  }

  /** The one that runs, or ran last. */
  get worker(): ProductProcess {
    return this.#worker;
  }

  /** All that ever were, stand-ins included: each keeps the log of its lives. */
  get processes(): readonly ProductProcess[] {
    return [this.api, ...this.#everyWorker];
  }

  /** A worker on that queue, in the place of any other. */
  async useWorker(backend: Backend, changes: Record<string, string> = {}): Promise<ProductProcess> {
    for (const one of this.#everyWorker) await one.stop();
    this.#worker = this.anotherWorker(backend, changes);
    await this.#worker.start();
    return this.#worker;
  }

  /** One more, not started; with another way to the database, or other mail servers. */
  anotherWorker(backend: Backend, changes: Record<string, string> = {}): ProductProcess {
    const queue = backend === 'redis' && this.redis ? { REDIS_URL: this.redis.url } : {};
    const worker = new ProductProcess('worker', {
      ...this.shared,
      ...queue,
      DATABASE_URL: this.postgres.workerUrl,
      ...changes,
    });
    this.#everyWorker.push(worker);
    return worker;
  }

  /** Stops the workers in order for as long as `work` takes. */
  async withoutWorkers<T>(work: () => Promise<T>): Promise<T> {
    const running = this.#everyWorker.filter(({ runs }) => runs);
    for (const one of running) await one.stop();
    try {
      return await work();
    } finally {
      for (const one of running) await one.start();
    }
  }

  /** Moves the clock of application and database. */
  async advance(seconds: number): Promise<void> {
    await this.postgres.query('update clock set offset_seconds = offset_seconds + $1', [seconds]);
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map((one) => one.kill()));
    await this.journal.close();
    await this.redis?.close();
    await this.postgres.close();
  }

  async #seed(practices: number, users: number): Promise<SeededPractice[]> {
    const size = ['--practices', `${practices}`, '--users', `${users}`, '--mail-domain', DOMAIN];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        `${DIST}/apps/cli/main.js`,
        'demo',
        'seed',
        ...size,
        '--password',
        PASSWORD,
        '--answer',
        ANSWER,
        '--json',
      ],
      { env: { ...this.shared, PATH: process.env['PATH'], DATABASE_URL: this.postgres.apiUrl } },
    );
    const { practices: seeded } = JSON.parse(stdout) as {
      practices: { practiceId: string; administrator: string; users: string[] }[];
    };
    return seeded.map(({ practiceId, administrator, users: everybody }) => {
      const staff = everybody.slice(2);
      const part = Math.floor(staff.length / 4);
      return {
        practiceId,
        administrator,
        targets: staff.slice(2 * part),
        askers: staff.slice(part, 2 * part),
        bystanders: staff.slice(0, part),
      };
    });
  }
}
