import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnPostgres } from './servers.js';

const EVERY_MILLISECONDS = 400;

/** Looks at the database all the time for what must hold in every snapshot. */
export class Watch {
  /** Users who were seen with more than one live credential. */
  readonly doubles = new Set<string>();
  looks = 0;
  readonly #postgres: OwnPostgres;
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(postgres: OwnPostgres) {
    this.#postgres = postgres;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#look();
      await sleep(EVERY_MILLISECONDS);
    }
  }

  async #look(): Promise<void> {
    const rows = await this.#postgres.query<{ user_id: string }>(
      `select user_id from credentials where state = 'live' group by practice_id, user_id having count(*) > 1`,
    );
    this.looks += 1;
    for (const { user_id: userId } of rows) this.doubles.add(userId);
  }
}
