import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestRedis } from '../test/support/redis.js';
import type { Call } from './load.js';
import { ProductApi, type SeededPractice, signInCall } from './product-api.js';
import { Program } from './program.js';
import { type Backend, startQueueRedis } from './queue-backend.js';
import { nowMs } from './side-process.js';
import { type ResetCall, Rota, seed, type Target } from './target.js';

/** What is known of an import while it goes on. */
interface ImportState {
  id: string;
  state: string;
  created: number;
  failed: number;
}
/** Since when it goes on, and how to ask what became of it. */
export interface BegunImport {
  beganMs: number;
  look: () => Promise<ImportState>;
}

/** Path of the built command line, which `npm start` runs too. */
const productMain = fileURLToPath(new URL('../apps/cli/main.js', import.meta.url));

/** Latchkey as `npm start` runs it: API, worker and embedded PostgreSQL, known only by its public contract. */
export class ProductTarget implements Target {
  readonly name = 'product';
  private program: Program | undefined;
  private redis: TestRedis | undefined;
  private resetRota = Rota.over<ResetCall>([]);
  private signInRota = Rota.over<Call>([]);
  private practices: SeededPractice[] = [];

  private readonly workers: Program[] = [];

  /**
   * `apart` runs API and workers as programs of their own, as many workers as are added. With the backend `redis` a
   * server of the installation's own is started with it.
   */
  constructor(
    readonly dataDir: string,
    private readonly smtpUrl: string,
    private readonly settings: { apart?: boolean; backend?: Backend } = {},
  ) {}

  get baseUrl(): string {
    return this.program?.baseUrl ?? '';
  }

  get pid(): number {
    return this.program?.pid ?? 0;
  }

  async start(): Promise<void> {
    if (this.settings.backend === 'redis') this.redis ??= await startQueueRedis(this.dataDir);
    const roles = this.settings.apart ? { ROLES: 'api' } : {};
    this.program = await Program.start([productMain, 'start'], { ...this.environment(), ...roles });
    if (this.settings.apart) await this.addWorker();
  }

  private get api(): ProductApi {
    return new ProductApi(this.baseUrl);
  }

  async stopWorkers(): Promise<void> {
    await Promise.all(this.workers.splice(0).map((worker) => worker.stop()));
  }

  /** One more worker over the same data. */
  async addWorker(): Promise<void> {
    const env = { ...this.environment(), ROLES: 'worker' };
    this.workers.push(await Program.start([productMain, 'start'], env));
  }

  async fill(): Promise<void> {
    const { practices, resets } = await this.add(seed.practices, seed.usersPerPractice);
    this.practices = practices;
    this.resetRota = Rota.over(resets);
    this.signInRota = Rota.over(
      practices.map(({ practiceId, users }) => users.map((username) => signInCall(practiceId, username))),
    );
  }

  /** Adds practices to the running program, and everybody in them who can be reset. */
  async add(
    practices: number,
    usersEach: number,
  ): Promise<{ practices: SeededPractice[]; resets: ResetCall[][] }> {
    const size = ['--practices', String(practices), '--users', String(usersEach)];
    const secrets = ['--password', seed.password, '--answer', seed.answer];
    const added = await this.latchkey('demo', 'seed', ...size, ...secrets, '--json');
    const seeded = (JSON.parse(added) as { practices: SeededPractice[] }).practices;
    const resets: ResetCall[][] = [];
    for (const practice of seeded) resets.push(await this.api.resetCallsOf(practice));
    return { practices: seeded, resets };
  }

  /** Runs a command on this installation. @throws Error when its status is not 0. */
  async latchkey(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [productMain, ...args], {
      env: this.environment(),
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }

  resets(count: number): ResetCall[] {
    return this.resetRota.take(count);
  }

  /** Sends a file of users to a new practice. */
  async importUsers(csv: string): Promise<BegunImport> {
    const { practices } = await this.add(1, 3);
    const headers = await this.api.headersOf(practices[0] as SeededPractice);
    const asCsv = { ...headers, 'content-type': 'text/csv' };
    const beganMs = nowMs();
    const { id } = await this.api.json<ImportState>('POST', '/api/v1/user-imports', asCsv, csv);
    return { beganMs, look: () => this.api.json('GET', `/api/v1/user-imports/${id}?limit=1`, headers) };
  }

  signIns(count: number): Call[] {
    return this.signInRota.take(count);
  }

  /** Sign-ins with a wrong password, at as many names of one practice as wanted, as far as it has them. */
  wrongSignIns(names: number): Call[] {
    const [first] = this.practices;
    return (first?.users ?? [])
      .slice(-names)
      .map((username) => signInCall(first?.practiceId ?? '', username, 'Wrong-Horse-Battery-9'));
  }

  /** A sign-in from a device that its owner has signed in with, for the first of the names guessed at. */
  async knownSignIn(): Promise<Call> {
    const [first] = this.practices;
    const call = signInCall(first?.practiceId ?? '', first?.users.at(-1) ?? '');
    const { deviceToken } = await this.api.json<{ deviceToken: string }>(
      'POST',
      call.path,
      call.headers,
      call.body,
    );
    return { ...call, headers: { 'x-latchkey-device': deviceToken } };
  }

  async stop(): Promise<void> {
    await this.stopWorkers();
    await this.program?.stop();
    await this.redis?.stop();
    this.redis = undefined;
  }

  private environment(): NodeJS.ProcessEnv {
    // Nothing is inherited but the path, so that a developer's own DATABASE_URL or REDIS_URL changes no figure.
    return {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATA_DIR: this.dataDir,
      PORT: '0',
      SMTP_URL: this.smtpUrl,
      RATE_LIMIT_FACTOR: '1000000',
      SAMPLE: 'off',
      LOG_LEVEL: 'warn',
      ...(this.redis ? { REDIS_URL: this.redis.url } : {}),
    };
  }
}
