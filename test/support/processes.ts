import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import supertest from 'supertest';
import { afterAll, beforeAll, vi } from 'vitest';
import { EmbeddedPostgres } from '../../libs/database/index.js';

const ROOT = resolve(import.meta.dirname, '../..');
const COMMAND = join(ROOT, 'dist/apps/cli/main.js');

export type Environment = Record<string, string>;

/** A `latchkey` command in a process group of its own, as a shell gives one to each command it runs. */
export interface Launched {
  pid: number;
  text: { stdout: string; stderr: string };
  /** Once it has ended and all its output is here. */
  ended: Promise<{ status: number | null; signal: NodeJS.Signals | null }>;
  signal(signal: NodeJS.Signals): void;
  signalGroup(signal: NodeJS.Signals): void;
}

const launched = new Set<Launched>();

/** What a process under test has of this one's environment: nothing that the product reads. */
const PASSED_ON = ['PATH', 'HOME', 'NODE_COMPILE_CACHE'] as const;

/** Runs `latchkey ...args` from dist/. */
export function launch(args: readonly string[], env: Environment = {}, input = ''): Launched {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: ROOT,
    env: { ...Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])), ...env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const text = captured(child);
  const pid = child.pid ?? 0;
  const running: Launched = {
    pid,
    text,
    ended: once(child, 'close').then(([status, signal]) => {
      launched.delete(running);
      return { status, signal };
    }),
    signal: (signal) => void child.kill(signal),
    signalGroup: (signal) => void process.kill(-pid, signal),
  };
  launched.add(running);
  return running;
}

function captured(child: ChildProcess): { stdout: string; stderr: string } {
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
    });
  }
  return text;
}

/** Runs a command to its end. */
export async function run(
  args: readonly string[],
  env: Environment = {},
  input = '',
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const command = launch(args, env, input);
  const { status } = await command.ended;
  return { status, ...command.text };
}

/** Waits for words on stdout or stderr; fails with everything printed when it ends without them. */
export async function says(running: Launched, words: string | RegExp, seconds = 40): Promise<string> {
  const said = () => `${running.text.stdout}\n${running.text.stderr}`;
  const found = () =>
    typeof words === 'string' ? (said().includes(words) ? words : '') : words.exec(said())?.[0];
  await vi.waitFor(
    () => {
      if (!found() && launched.has(running)) throw new Error(`Not said: ${String(words)}\n${said()}`);
    },
    { timeout: seconds * 1000, interval: 20 },
  );
  const answer = found();
  if (!answer) throw new Error(`It ended without saying ${String(words)}:\n${said()}`);
  return answer;
}

/** An installation that `start` runs, with a client for its API. */
export interface Installation extends Launched {
  url: string;
  http: ReturnType<typeof supertest>;
  secondsToReady: number;
}

/** `npm start` on a free port, once it is ready. */
export async function startInstallation(env: Environment): Promise<Installation> {
  const from = performance.now();
  const running = launch(['start'], { PORT: '0', ...env });
  const [, url = ''] = (await says(running, /^ready .*$/m)).split(' ');
  const secondsToReady = (performance.now() - from) / 1000;
  return { ...running, url, http: supertest(url.replace(/\/$/, '')), secondsToReady };
}

/** Every live process below `pid`, itself included. */
export function processTree(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = statOf(Number(name));
    if (stat) parents.set(Number(name), stat.parent);
  }
  const found = [pid];
  for (const one of found) {
    for (const [child, parent] of parents) if (parent === one) found.push(child);
  }
  return found.filter((one) => !isGone(one));
}

/** Live processes that work in `folder` or name it: PostgreSQL's working folder is its cluster. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && !isGone(Number(entry)) && Number(entry) !== process.pid)
    .filter((pid) => {
      try {
        const cwd = readlinkSync(`/proc/${pid}/cwd`);
        return cwd.startsWith(folder) || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    });
}

/** Whether no such process runs; a zombie is one no more. */
export function isGone(pid: number): boolean {
  const state = statOf(pid)?.state;
  return state === undefined || state === 'Z' || state === 'X';
}

function statOf(pid: number): { state: string; parent: number } | undefined {
  try {
    // The name in parentheses may hold anything; what follows its last parenthesis is `state ppid …`.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** A data directory for the file's installation, in a folder of the given mode. */
export interface InstallationFolder {
  dataDir: string;
  /** Where the database's files really are. */
  cluster(): Promise<string>;
}

/** Makes the folder before the file's tests; after them kills what was launched and stops what it left. */
export function useInstallationFolder(mode = 0o711): InstallationFolder {
  let folder = '';
  const test: InstallationFolder = {
    dataDir: '',
    cluster: async () =>
      (
        await readFile(join(test.dataDir, 'postgres.location'), 'utf8').catch(() =>
          join(test.dataDir, 'postgres'),
        )
      ).trim(),
  };
  beforeAll(async () => {
    folder = await mkdtemp('/tmp/latchkey-installation-');
    await chmod(folder, mode);
    test.dataDir = join(folder, 'data');
  });
  afterAll(async () => {
    await killLaunched();
    const place = await test.cluster();
    // The last visitor stops what a killed starter left running.
    await EmbeddedPostgres.open({ dataDir: test.dataDir }).then((server) => server.stop());
    if (!place.startsWith(folder)) await rm(dirname(place), { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  });
  return test;
}

/** Kills what this file launched and still runs. */
export async function killLaunched(): Promise<void> {
  for (const running of launched) {
    running.signalGroup('SIGKILL');
    await running.ended;
  }
}
