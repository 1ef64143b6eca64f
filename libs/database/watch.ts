import { Client } from 'pg';
import { Rounds } from '#runtime';
import { endedBySilence } from './silence.js';

const SWEEP_MILLISECONDS = 1_000;

interface WatchOptions {
  /** The NOTIFY channel on which transactions tell that there is work. */
  channel: string;
  /** Looks for work and does it; true when there is more than it took. */
  look: () => Promise<boolean>;
  /** So long after a notification, so that what comes together is looked for together. */
  gatherMilliseconds?: number;
  /** What failed, with the reason; it is tried again. */
  complain: (error: unknown, what: 'looking' | 'listening') => void;
}

/**
 * Looks for work as soon as a transaction tells of some, and every second for what nobody told of: retries,
 * and whatever a crash, a lost queue or a lost notification left behind. Never twice at once.
 */
export class Watch {
  readonly #options: WatchOptions;
  readonly #sweeps: Rounds;
  #url = '';
  #listener: Client | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#sweeps = new Rounds(() => this.#sweep(), {
      everyMilliseconds: SWEEP_MILLISECONDS,
      complain: (error) => options.complain(error, 'listening'),
    });
  }

  /** `url` must reach PostgreSQL directly: LISTEN needs a session, which a pooler such as PgBouncer forgets. */
  async start(url: string): Promise<void> {
    this.#url = url;
    await this.#listen();
    this.#sweeps.start();
    this.wake();
  }

  /** Looks now, or once more when it is already looking. */
  wake(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Ends with the look that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#gathering);
    // First what may be about to listen again.
    await this.#sweeps.stop();
    await this.#listener?.end().catch(() => undefined);
    await this.#running;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        if (await this.#options.look()) this.#again = true;
      }
    } catch (error) {
      this.#options.complain(error, 'looking');
    }
  }

  async #sweep(): Promise<void> {
    this.wake();
    if (!this.#listener) await this.#listen();
  }

  async #listen(): Promise<void> {
    const client = new Client({ connectionString: this.#url, ...endedBySilence(this.#url) });
    client.on('notification', () => this.#heard());
    client.on('error', () => {
      if (this.#listener === client) this.#listener = undefined;
    });
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(this.#options.channel)}`);
    } catch (error) {
      // A standby lets in and refuses to listen: the next try must not find this one's connection still there.
      client.end().catch(() => undefined);
      throw error;
    }
    this.#listener = client;
  }

  #heard(): void {
    const { gatherMilliseconds } = this.#options;
    if (gatherMilliseconds === undefined) return this.wake();
    this.#gathering ??= setTimeout(() => this.wake(), gatherMilliseconds);
  }
}
