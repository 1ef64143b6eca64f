import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Program } from '../program.js';
import { nowMs } from '../side-process.js';
import { loadTrail, untilSigned } from './trail-loading.js';

const productMain = fileURLToPath(new URL('../../apps/cli/main.js', import.meta.url));
const password = 'Correct-Horse-Battery-9';
const small = { practices: 1000, eventsEach: 20 };

/** An event as a list shows it, as far as searches are made from it. */
export interface SeenEvent {
  id: string;
  seq: number;
  at: string;
  action: string;
  requestId: string | null;
  actor: { id: string | null };
  target: { id: string | null } | null;
  sourceAddress: string | null;
}

/** A page of a list. */
export interface Page {
  items: SeenEvent[];
  nextCursor: string | null;
}

interface SeededPractice {
  practiceId: string;
  auditor: string;
}

/** Latchkey as `npm start` runs it, with one large practice whose auditor is signed in, and many small ones. */
export class TrailInstallation {
  #program: Program | undefined;
  #authorization = '';

  constructor(readonly dataDir: string) {}

  get pid(): number {
    return this.#program?.pid ?? 0;
  }

  async start(): Promise<void> {
    this.#program = await Program.start([productMain, 'start'], this.#environment());
  }

  async stop(): Promise<void> {
    await this.#program?.stop();
  }

  /** Seeds the practices, and signs in once the large trail is signed to its end, as it would have been all along. */
  async fill(events: number): Promise<void> {
    await this.#seed(small.practices, 3, small.practices * small.eventsEach);
    const [practice] = await this.#seed(1, 200, 0);
    if (!practice) throw new Error('A practice that was just seeded must be there');
    await this.stop();
    const began = nowMs();
    await loadTrail(this.dataDir, practice.practiceId, events);
    console.error(`${events} events loaded in ${((nowMs() - began) / 1000).toFixed(1)} s`);
    await this.start();
    await untilSigned(this.dataDir, practice.practiceId, events);
    await this.#signIn(practice);
  }

  async #signIn({ practiceId, auditor: username }: SeededPractice): Promise<void> {
    const body = { practiceId, username, password, transport: 'bearer' };
    const response = await fetch(`${this.#program?.baseUrl}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { token } = (await response.json()) as { token: string };
    this.#authorization = `Bearer ${token}`;
  }

  /** A read of the large practice as its auditor. @throws Error for whatever is not 2xx */
  async get(path: string): Promise<Response> {
    const headers = { authorization: this.#authorization };
    const response = await fetch(`${this.#program?.baseUrl}/api/v1${path}`, { headers });
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    return response;
  }

  async page(query: Record<string, string>): Promise<Page> {
    const response = await this.get(`/audit-events?${new URLSearchParams(query).toString()}`);
    return (await response.json()) as Page;
  }

  async #seed(practices: number, users: number, events: number) {
    const size = ['--practices', String(practices), '--users', String(users)];
    const rest = ['--password', password, '--answer', 'Rosebud', '--audit-events', String(events), '--json'];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [productMain, 'demo', 'seed', ...size, ...rest],
      {
        env: this.#environment(),
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    return (JSON.parse(stdout) as { practices: SeededPractice[] }).practices;
  }

  #environment(): NodeJS.ProcessEnv {
    const { PATH, HOME } = process.env;
    const quiet = { SAMPLE: 'off', LOG_LEVEL: 'warn', RATE_LIMIT_FACTOR: '1000000' };
    return { PATH, HOME, DATA_DIR: this.dataDir, PORT: '0', ...quiet };
  }
}
