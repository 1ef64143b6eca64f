import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Problem } from '#runtime';
import type { MailParts, MailValues } from './mail-language.js';
import type { WordingReply, WordingRequest } from './own-wording.thread.js';

// The thread runs from the same tree as this file: .ts from source, .js from dist.
const threadFile = new URL(`./own-wording.thread${extname(import.meta.url)}`, import.meta.url);

const LIMITS = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 16, stackSizeMb: 2 };
/** A mail takes well below a millisecond: whoever needs a thousand times as much is stopped. */
const PATIENCE_MILLISECONDS = 500;
const START_MILLISECONDS = 10_000;

/** A practice's template did not do its work. */
export class WordingFailed extends Error {
  override readonly name = 'WordingFailed';

  constructor(
    message: string,
    readonly part: keyof MailParts | null = null,
  ) {
    super(message);
  }
}

/** It was stopped, which may be the machine's fault; `tried` is false for what only waited behind the same. */
export class WordingSlow extends WordingFailed {
  constructor(readonly tried: boolean) {
    super('It took too much time');
  }
}

/** Whose template it is: none of the others waits longer because of it. */
export interface WordingJob extends WordingRequest {
  practiceId: string;
}

interface Waiting extends WordingJob {
  resolve(mails: MailParts[]): void;
  reject(reason: WordingFailed | Problem): void;
}

/**
 * Runs templates that practices wrote, in threads with little memory and little time. Practices take turns,
 * one is in one thread at most, and a thread that is stopped takes what its practice still had waiting for
 * the same template with it: they would only end the same way.
 */
export class WordingThreads {
  /** By practice; whose turn is next comes first. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #idle: Worker[] = [];
  readonly #jobs = new Map<Worker, Waiting | null>();
  readonly #timers = new Map<Worker, NodeJS.Timeout>();
  /** Threads that had their time. */
  readonly #late = new WeakSet<Worker>();
  #closed = false;

  constructor(
    readonly size = 2,
    readonly patienceMilliseconds = PATIENCE_MILLISECONDS,
  ) {}

  /** @throws WordingFailed; Problem `overloaded` once the process is stopping, which says nothing of the template */
  render(job: WordingJob & { values: MailValues[] }): Promise<MailParts[]> {
    if (this.#closed) return Promise.reject(stopping());
    return new Promise((resolve, reject) => {
      const queue = this.#waiting.get(job.practiceId) ?? [];
      queue.push({ ...job, resolve, reject });
      this.#waiting.set(job.practiceId, queue);
      this.#dispatch();
    });
  }

  /** Ends all threads; what still waits or runs is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of [...this.#waiting.values()].flat()) job.reject(stopping());
    this.#waiting.clear();
    for (const job of this.#jobs.values()) job?.reject(stopping());
    await Promise.all([...this.#jobs.keys()].map((thread) => thread.terminate()));
  }

  #dispatch(): void {
    for (let job = this.#next(); job; job = this.#next()) {
      const thread = this.#idle.pop();
      if (!thread) {
        if (this.#jobs.size < this.size) this.#start();
        return;
      }
      this.#take(job);
      this.#run(thread, job);
    }
  }

  /** The first job of the practice whose turn it is, leaving out who has a thread already. */
  #next(): Waiting | undefined {
    const busy = new Set([...this.#jobs.values()].map((job) => job?.practiceId));
    for (const [practiceId, [job]] of this.#waiting) if (!busy.has(practiceId)) return job;
    return undefined;
  }

  #take({ practiceId }: Waiting): void {
    const rest = (this.#waiting.get(practiceId) ?? []).slice(1);
    // Deleted and set anew: the practice goes to the end of the line.
    this.#waiting.delete(practiceId);
    if (rest.length > 0) this.#waiting.set(practiceId, rest);
  }

  #run(thread: Worker, job: Waiting): void {
    const { locale, source, values } = job;
    this.#jobs.set(thread, job);
    thread.ref();
    this.#stopAfter(thread, this.patienceMilliseconds);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    thread.postMessage({ locale, source, values } satisfies WordingRequest);
  }

  #start(): void {
    // No environment and no flags: the thread has no business with the process's configuration.
    const thread = new Worker(threadFile, { resourceLimits: LIMITS, env: {}, execArgv: [] });
    this.#jobs.set(thread, null);
    this.#stopAfter(thread, START_MILLISECONDS);
    thread.on('message', (said: WordingReply | 'ready') => this.#hear(thread, said));
    // Whatever it is, the exit follows and says all that is needed.
    thread.on('error', () => undefined);
    thread.on('exit', () => this.#bury(thread));
  }

  #stopAfter(thread: Worker, milliseconds: number): void {
    this.#timers.set(
      thread,
      setTimeout(() => {
        this.#late.add(thread);
        void thread.terminate();
      }, milliseconds),
    );
  }

  #hear(thread: Worker, said: WordingReply | 'ready'): void {
    const job = this.#jobs.get(thread);
    clearTimeout(this.#timers.get(thread));
    this.#rest(thread);
    if (said === 'ready') return;
    if ('mails' in said) job?.resolve(said.mails);
    else job?.reject(new WordingFailed(said.fault, said.part));
  }

  #rest(thread: Worker): void {
    this.#jobs.set(thread, null);
    this.#idle.push(thread);
    // An idle thread must not keep the process alive; a busy one must.
    thread.unref();
    this.#dispatch();
  }

  #bury(thread: Worker): void {
    const running = this.#jobs.get(thread);
    clearTimeout(this.#timers.get(thread));
    this.#timers.delete(thread);
    this.#jobs.delete(thread);
    const place = this.#idle.indexOf(thread);
    if (place >= 0) this.#idle.splice(place, 1);
    if (this.#closed) return;
    // A thread that never came to be ready died of nobody's template.
    const job = running ?? this.#next();
    const own = running && !this.#late.has(thread);
    if (job)
      this.#giveUp(job, own ? new WordingFailed('It took too much memory') : new WordingSlow(!!running));
    this.#dispatch();
  }

  /** The job that a thread died with, and its like: each death ends some, so that none goes on for ever. */
  #giveUp(dead: Waiting, reason: WordingFailed): void {
    const queue = this.#waiting.get(dead.practiceId) ?? [];
    const alike = queue.filter(
      (job) => job.source.html === dead.source.html && job.source.text === dead.source.text,
    );
    const rest = queue.filter((job) => !alike.includes(job));
    if (rest.length > 0) this.#waiting.set(dead.practiceId, rest);
    else this.#waiting.delete(dead.practiceId);
    dead.reject(reason);
    for (const job of alike) if (job !== dead) job.reject(new WordingSlow(false));
  }
}

const stopping = (): Problem => Problem.of('overloaded').retryAfter(5).because('Latchkey is stopping');
