import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../support/free-port.js';

const COMMAND = join(process.cwd(), 'dist/apps/cli/main.js');
/** So long ago is the first start, by the installation's own clock. */
export const DAYS = 12;
const DAY_SECONDS = 86_400;

/** A first start in a folder of its own, whose clock can be moved on. */
export class Installation {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async start(dataDir: string): Promise<Installation> {
    const env = {
      ...process.env,
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      CLOCK_OFFSET_SECONDS: String(-DAYS * DAY_SECONDS),
      RATE_LIMIT_FACTOR: '100',
      LOG_LEVEL: 'warn',
    };
    const child = spawn(process.execPath, [COMMAND, 'start'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout })) {
      const [, url] = /^ready (http\S+?)\/?$/.exec(line) ?? [];
      if (url) return new Installation(url, child, env);
    }
    throw new Error('The installation ended before it was ready');
  }

  async nextDay(): Promise<void> {
    const command = [COMMAND, 'clock', 'advance', String(DAY_SECONDS)];
    const [status] = await once(
      spawn(process.execPath, command, { env: this.env, stdio: 'inherit' }),
      'close',
    );
    if (status !== 0) throw new Error(`clock advance ended with ${status}`);
  }

  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    await once(this.process, 'close');
  }
}
