import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Argon2Reply, Argon2Request } from './argon2.thread.js';

// argon2id (2), version 0x13 (1); OWASP ASVS 5.0 Appendix C, the t=2 row.
const parameters = {
  algorithm: 2,
  version: 1,
  memoryCost: 19456,
  timeCost: 2,
  parallelism: 1,
  outputLen: 32,
};

// The thread runs from the same tree as this file: .ts from source, .js from dist.
const threadFile = new URL(`./argon2.thread${extname(import.meta.url)}`, import.meta.url);

interface Job extends Argon2Request {
  resolve(value: string | boolean): void;
  reject(reason: Error): void;
}

/**
 * Runs argon2id (m=19456, t=2, p=1) in threads of its own, first come first served, so that hashing takes
 * neither the event loop nor the libuv pool that DNS and files need. Who may wait is libs/admission's matter.
 */
export class Argon2Threads {
  readonly #waiting: Job[] = [];
  readonly #idle: Worker[] = [];
  readonly #jobs = new Map<Worker, Job | null>();
  #closed = false;

  /** How many hashes run at once. */
  readonly size: number;

  constructor(size: number = availableParallelism()) {
    if (!Number.isInteger(size) || size < 1) throw new RangeError('at least one argon2 thread is needed');
    this.size = size;
  }

  /** A new PHC string with a random salt. */
  async hash(plain: string): Promise<string> {
    return String(await this.#submit(null, plain));
  }

  /** Whether the PHC string is of this text; rejects when it is no PHC string. */
  async verify(phc: string, plain: string): Promise<boolean> {
    return (await this.#submit(phc, plain)) === true;
  }

  /** Ends all threads; what still waits or runs is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting.splice(0)) job.reject(new Error('the argon2 threads were closed'));
    await Promise.all([...this.#jobs.keys()].map((thread) => thread.terminate()));
  }

  #submit(phc: string | null, plain: string): Promise<string | boolean> {
    if (this.#closed) return Promise.reject(new Error('the argon2 threads were closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ phc, plain, resolve, reject });
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#idle.pop() ?? (this.#jobs.size < this.size ? this.#start() : null);
      if (thread === null) return;
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#jobs.set(thread, job);
      thread.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      thread.postMessage({ phc: job.phc, plain: job.plain } satisfies Argon2Request);
    }
  }

  #start(): Worker {
    // No environment and no flags: the thread has no business with the process's configuration.
    const thread = new Worker(threadFile, { workerData: parameters, env: {}, execArgv: [] });
    this.#jobs.set(thread, null);
    let cause: unknown;
    thread.on('message', (reply: Argon2Reply) => this.#finish(thread, reply));
    thread.on('error', (error) => {
      cause = error;
    });
    thread.on('exit', () => this.#bury(thread, cause));
    return thread;
  }

  #finish(thread: Worker, reply: Argon2Reply): void {
    const job = this.#jobs.get(thread);
    this.#jobs.set(thread, null);
    this.#idle.push(thread);
    // An idle thread must not keep the process alive; a busy one must.
    thread.unref();
    if ('value' in reply) job?.resolve(reply.value);
    else job?.reject(new Error(`argon2 refused: ${reply.fault}`));
    this.#dispatch();
  }

  // Only the job it had is lost with a thread: each death costs one job, so a thread that cannot start
  // fails every caller instead of being started for ever.
  #bury(thread: Worker, cause: unknown): void {
    const job = this.#jobs.get(thread);
    this.#jobs.delete(thread);
    const place = this.#idle.indexOf(thread);
    if (place >= 0) this.#idle.splice(place, 1);
    job?.reject(new Error('an argon2 thread ended during its work', { cause }));
    if (!this.#closed) this.#dispatch();
  }
}

/** A PHC string with today's parameters that no text matches: verifying against it costs what a real one does. */
export function unmatchablePhc(): string {
  const { memoryCost, timeCost, parallelism, outputLen } = parameters;
  const [salt, tag] = [16, outputLen].map((size) => randomBytes(size).toString('base64').replaceAll('=', ''));
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt}$${tag}`;
}
