import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

/** The folder of the built product: this file is run as TypeScript by vitest, and built by the program. */
export const DIST = resolve(process.cwd(), 'dist');
/** Lets a process meet the failpoints that are armed in the folder `LATCHKEY_FAILPOINTS` (libs/failpoints). */
const ARMED = ['--conditions=latchkey-failpoints'];
const PASSED_ON = ['PATH', 'HOME', 'NODE_COMPILE_CACHE'];
const STOP_MILLISECONDS = 10_000;
const MOST_LOG = 8 * 1024 * 1024;

/** One API or worker, as its own process, that may be killed and started any number of times. */
export class ProductProcess {
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  /** What it told when it was ready. */
  port = 0;
  /** Everything it has logged, over all its lives. */
  log = '';

  constructor(
    readonly name: 'api' | 'worker',
    readonly env: Record<string, string>,
  ) {}

  get runs(): boolean {
    return this.#child !== undefined;
  }

  /** Resolves once it serves. @throws Error with its last words when it ends before */
  async start(changes: Record<string, string> = {}): Promise<void> {
    const child = fork(`${DIST}/apps/${this.name}/main.js`, [], {
      env: {
        ...Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
        ...this.env,
        ...changes,
      },
      execArgv: ARMED,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log = `${this.log}${text}`.slice(-MOST_LOG);
    });
    this.#ended = once(child, 'exit').then(() => {
      if (this.#child === child) this.#child = undefined;
    });
    await new Promise<void>((ready, failed) => {
      child.on('message', (message: { type: string; port?: number }) => {
        if (message.type !== 'ready') return;
        this.port = message.port ?? 0;
        ready();
      });
      void this.#ended.then(() =>
        failed(new Error(`${this.name} ended before it was ready: ${this.log.slice(-2_000)}`)),
      );
    });
  }

  /** `kill -9`; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  /** In order, as a rolling restart does; one that was paused goes on, or it could not end. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.resume();
    child?.kill('SIGTERM');
    const deadline = setTimeout(() => child?.kill('SIGKILL'), STOP_MILLISECONDS);
    await this.#ended;
    clearTimeout(deadline);
  }

  /** Resolves when it has ended by itself, of a failpoint for example. */
  async died(): Promise<void> {
    await this.#ended;
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }
}
