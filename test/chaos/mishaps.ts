import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, Installation } from './installation.js';
import type { Mood } from './mail-journal.js';
import type { Seeded } from './seeded.js';

/** What can happen to an installation, by the names that the program prints. */
export const MISHAPS = {
  'worker killed': 'kill -9 of the worker, started again at once',
  'worker stopped and continued':
    'SIGSTOP of the worker for some seconds while another takes over, then SIGCONT',
  'worker restarted': 'SIGTERM, as in a rolling restart',
  'API killed': 'kill -9 of the API, started again at once',
  'PostgreSQL killed': 'kill -9 of the server, which recovers from its log',
  'Redis killed': 'kill -9, back empty after a moment',
  'mail put off': '451 for everything',
  'mail cut': 'the connection is cut instead of the 250',
  'mail hangs': 'no answer after the final dot',
  'mail crawls': 'every mail takes 1.5 s',
} as const;

export type Mishap = keyof typeof MISHAPS;

const MOODS: Partial<Record<Mishap, Mood>> = {
  'mail put off': 'defers',
  'mail cut': 'cuts',
  'mail hangs': 'hangs',
  'mail crawls': 'crawls',
};

/** Makes one happen after another, as the seed says, and mends nothing but what was broken by hand. */
export class Mishaps {
  readonly happened = new Map<Mishap, number>();

  constructor(
    readonly installation: Installation,
    readonly backend: Backend,
    readonly seeded: Seeded,
    readonly say: (line: string) => void,
  ) {}

  /** Until the time is over; afterwards everything runs again. */
  async go(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds;
    const choices = (Object.keys(MISHAPS) as Mishap[]).filter(
      (name) => name !== 'Redis killed' || this.backend === 'redis',
    );
    for (;;) {
      await sleep(this.seeded.between(300, 2_500));
      if (performance.now() > until) break;
      const mishap = this.seeded.oneOf(choices);
      this.happened.set(mishap, (this.happened.get(mishap) ?? 0) + 1);
      this.say(mishap);
      await this.#happen(mishap);
    }
    this.installation.journal.recover();
  }

  async #happen(mishap: Mishap): Promise<void> {
    const { installation, seeded } = this;
    const { api, worker, journal } = installation;
    const mood = MOODS[mishap];
    if (mood) {
      journal.mood = mood;
      await sleep(seeded.between(500, 3_000));
      journal.recover();
    } else if (mishap === 'worker killed') await worker.kill().then(() => worker.start());
    else if (mishap === 'worker restarted') await worker.stop().then(() => worker.start());
    else if (mishap === 'API killed') await api.kill().then(() => api.start());
    else if (mishap === 'PostgreSQL killed') await installation.postgres.kill();
    else if (mishap === 'Redis killed') await this.#loseRedis();
    else await this.#stopWorker();
  }

  async #stopWorker(): Promise<void> {
    const { worker } = this.installation;
    worker.pause();
    const other = this.installation.anotherWorker(this.backend);
    await other.start();
    await sleep(this.seeded.between(500, 4_000));
    worker.resume();
    await other.stop();
  }

  async #loseRedis(): Promise<void> {
    await this.installation.redis?.kill();
    await sleep(this.seeded.between(200, 2_000));
    await this.installation.redis?.startAgain();
  }
}
