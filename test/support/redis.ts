import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.js';

const PATIENCE_MILLISECONDS = 5_000;
/** Says its pid. Its input ends with this process, however that ends: no Redis is ever left behind. */
const UNTIL_INPUT_ENDS = '"$0" "$@" >/dev/null & echo $!; read -r _; kill $!; wait $!';

/** A Redis of one suite's own: in memory, on loopback. */
export interface TestRedis {
  url: string;
  port: number;
  /** `kill -9`: whatever was in it is gone. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Where it listens, on a free port unless said, and what else `redis-server` is told. */
export interface RedisOptions {
  port?: number;
  options?: readonly string[];
}

/** Whether Redis suites can run here; says so when they cannot. */
export function hasRedisServer(): boolean {
  const found = redisServer() !== null;
  if (!found) process.stdout.write('SKIPPED: redis suites, no redis-server on the PATH\n');
  return found;
}

/** Starts a `redis-server` and waits until it takes connections. */
export async function startRedis(settings: RedisOptions = {}): Promise<TestRedis> {
  const program = redisServer();
  if (!program) throw new Error('There is no redis-server on the PATH');
  const port = settings.port ?? (await freePort());
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', '/tmp'];
  const child = spawn('sh', ['-c', UNTIL_INPUT_ENDS, program, ...options, ...(settings.options ?? [])], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  await listening(port, child);
  const stop = async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: async () => {
      process.kill(Number(said.toString()), 'SIGKILL');
      await stop();
    },
    stop,
  };
}

function redisServer(): string | null {
  const candidates = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'redis-server'));
  return candidates.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MILLISECONDS; waited += 50) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.stdin?.end();
  throw new Error('redis-server does not listen');
}
