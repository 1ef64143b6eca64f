import { type ChildProcess, fork } from 'node:child_process';
import { constants } from 'node:os';

/** A process of the product, and everything that it may know of its environment. */
export interface Child {
  name: 'api' | 'worker';
  script: string;
  env: NodeJS.ProcessEnv;
  /** Is given what the child says on its way to being ready. */
  onMessage?: (message: Record<string, unknown>) => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const GRACE_MS = 3500;
/** npm passes on a Ctrl-C that the terminal has sent to the whole group: the same key press arrives twice. */
const SAME_PRESS_MS = 500;
const INTERRUPTED = 128 + constants.signals.SIGINT;

/**
 * Runs the children and ends with them: one dies, all stop. From its construction on it takes this process's
 * SIGINT, SIGTERM and SIGHUP, which stop the children in order; a second Ctrl-C kills them.
 *
 * The children stay in this process's group, so that a kill of the group takes them too; they leave the
 * terminal's signals to us, and end by themselves when we are killed (`exitWithParent`).
 */
export class Supervisor {
  /** The status to exit with, once every child has ended: of the child that died, or 0 after a stop. */
  readonly ended: Promise<number>;
  readonly #log: (line: string) => void;
  readonly #running = new Map<ChildProcess, Promise<void>>();
  #stopping: Promise<void> | undefined;
  #signalledAt: number | undefined;
  #settle: (status: number) => void = () => undefined;

  constructor(log: (line: string) => void) {
    this.#log = log;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    for (const signal of SIGNALS) {
      process.on(signal, () => this.#onSignal(signal));
    }
  }

  /**
   * Starts a child and waits for its message `{ type: 'ready', … }`, which it resolves with.
   * @throws Error when it ends before, or when everything is being stopped.
   */
  async start(child: Child): Promise<Record<string, unknown>> {
    if (this.#stopping !== undefined) {
      throw new Error(`${child.name} is not started: Latchkey is stopping`);
    }
    // Whatever a child prints goes to stderr: stdout belongs to the starter's one `ready` line.
    const running = fork(child.script, [], { env: child.env, stdio: ['ignore', 2, 2, 'ipc'] });
    return new Promise((resolve, reject) => {
      running.on('message', (message: unknown) => {
        if (!isTyped(message)) return;
        if (message['type'] === 'ready') resolve(message);
        else child.onMessage?.(message);
      });
      const ending = new Promise<void>((resolve) => {
        const end = (status: number, how: string): void => {
          this.#running.delete(running);
          reject(new Error(`${child.name} ended (${how}) before it was ready`));
          resolve();
          this.#onEnd(child, status, how);
        };
        running.on('error', (error) => {
          // Also emitted for a signal or a message that could not be sent; only without a pid did it not start.
          if (running.pid === undefined) {
            end(1, error.message);
          }
        });
        running.once('exit', (code, signal) =>
          signal === null ? end(code ?? 1, `status ${code}`) : end(128 + constants.signals[signal], signal),
        );
      });
      this.#running.set(running, ending);
    });
  }

  /** @throws Error when everything is being stopped: what was to come next must not begin. */
  mustRun(): void {
    if (this.#stopping !== undefined) throw new Error('stopped before it was ready');
  }

  /** Stops every child: SIGTERM, after 3.5 s SIGKILL; `ended` then resolves with 0, unless a child has died before. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#end(0);
    return this.#stopping;
  }

  #onSignal(signal: NodeJS.Signals): void {
    const now = performance.now();
    if (this.#signalledAt === undefined) {
      this.#signalledAt = now;
      this.#log(`${signal}: stopping`);
      void this.stop();
    } else if (signal === 'SIGINT' && now - this.#signalledAt > SAME_PRESS_MS) {
      this.#log('interrupted again: killing what still runs');
      this.#signal('SIGKILL');
      this.#settle(INTERRUPTED);
    }
  }

  #onEnd(child: Child, status: number, how: string): void {
    if (this.#stopping === undefined) {
      this.#log(`${child.name} ended (${how}): stopping`);
      this.#stopping = this.#end(status);
    }
  }

  async #end(status: number): Promise<void> {
    this.#signal('SIGTERM');
    const killer = setTimeout(() => {
      this.#log('killing what did not stop in time');
      this.#signal('SIGKILL');
    }, GRACE_MS);
    await Promise.all(this.#running.values());
    clearTimeout(killer);
    this.#settle(status);
  }

  #signal(signal: NodeJS.Signals): void {
    for (const running of this.#running.keys()) {
      running.kill(signal);
    }
  }
}

function isTyped(message: unknown): message is Record<string, unknown> {
  return typeof message === 'object' && message !== null && 'type' in message;
}
