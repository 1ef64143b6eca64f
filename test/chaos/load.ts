import { setTimeout as sleep } from 'node:timers/promises';
import type { Clients } from './clients.js';
import type { SeededPractice } from './installation.js';
import type { Seeded } from './seeded.js';

const MOST_AT_ONCE = 400;

/** A steady stream of wishes, mostly resets; each is followed to its end by `finish`. */
export class Load {
  readonly #pending = new Set<Promise<unknown>>();
  #faults: unknown[] = [];
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  /** Wishes whose time came, and those of them that nobody began because too many waited for an answer. */
  due = 0;
  skipped = 0;

  constructor(
    readonly clients: Clients,
    readonly seeded: Seeded,
  ) {}

  start(perSecond: number): void {
    this.#running = this.#run(1_000 / perSecond);
  }

  /** Begins nothing more, and waits until every client has had an answer or lost patience. */
  async finish(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await Promise.all(this.#pending);
    if (this.#faults.length > 0) throw this.#faults[0];
  }

  async #run(everyMilliseconds: number): Promise<void> {
    for (let due = performance.now(); !this.#stopped; due += everyMilliseconds) {
      await sleep(Math.max(0, due - performance.now()));
      this.due += 1;
      if (this.#pending.size >= MOST_AT_ONCE) {
        this.skipped += 1;
        continue;
      }
      const one: Promise<unknown> = this.#wish()
        .catch((error: unknown) => this.#faults.push(error))
        .finally(() => this.#pending.delete(one));
      this.#pending.add(one);
    }
  }

  async #wish(): Promise<unknown> {
    const { clients, seeded } = this;
    const practice = seeded.oneOf(clients.installation.practices);
    const what = seeded.next();
    if (what < 0.6) return clients.resetAsAdministrator(practice, seeded.oneOf(practice.targets));
    if (what < 0.74) return clients.answerQuestion(practice, seeded.oneOf(practice.askers));
    if (what < 0.78) return clients.answerQuestion(practice, seeded.oneOf(practice.bystanders), true);
    if (what < 0.86) return this.#useMail(practice, practice.targets);
    // Whoever answers again finds the last mail used up: only then must another one come.
    if (what < 0.94) return this.#useMail(practice, practice.askers);
    return clients.tryForbidden(practice, seeded.oneOf(practice.bystanders), seeded.next());
  }

  #useMail(practice: SeededPractice, of: readonly string[]): Promise<void> {
    return this.clients.useNewestMail(practice, this.seeded.oneOf(of), this.seeded.next() < 0.5);
  }
}
