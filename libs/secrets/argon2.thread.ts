// Runs inside a worker thread, from source under vitest too: erasable TypeScript and these two imports only.
import { parentPort, workerData } from 'node:worker_threads';
import { hashSync, type Options, verifySync } from '@node-rs/argon2';

/** One argon2id run: a new hash when `phc` is null, else a comparison. */
export interface Argon2Request {
  phc: string | null;
  plain: string;
}

/** The PHC string or the verdict; `fault` is the library's own message, which repeats no input. */
export type Argon2Reply = { value: string | boolean } | { fault: string };

function run({ phc, plain }: Argon2Request): Argon2Reply {
  try {
    return { value: phc === null ? hashSync(plain, workerData as Options) : verifySync(phc, plain) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : 'argon2 failed' };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.on('message', (request: Argon2Request) => parentPort?.postMessage(run(request)));
