import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A server program in its own process, known to serve once it has printed `ready URL`. */
export class Program {
  private constructor(
    private readonly child: ChildProcess,
    readonly pid: number,
    readonly baseUrl: string,
  ) {}

  /** Rejects when the program ends or stays silent for `timeoutSeconds` before it is ready. */
  static async start(args: string[], env: NodeJS.ProcessEnv, timeoutSeconds = 90): Promise<Program> {
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGTERM');
        reject(new Error(`${args.join(' ')} was not ready after ${timeoutSeconds} s`));
      }, timeoutSeconds * 1000);
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (!line.startsWith('ready ')) return;
        clearTimeout(timer);
        resolve(line.slice('ready '.length).trim());
      });
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with status ${code}`)));
    });
    return new Program(child, child.pid ?? 0, url.replace(/\/$/, ''));
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const deadline = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(deadline);
  }
}
