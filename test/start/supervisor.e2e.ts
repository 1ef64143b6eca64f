import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

const STARTER = `import { Supervisor } from '${ROOT}/apps/cli/supervisor.ts';
const supervisor = new Supervisor((line) => console.error(line));
const pids = [process.pid];
for (const name of ['api', 'worker']) {
  const script = new URL('./child.mjs', import.meta.url).pathname;
  const env = { PATH: process.env.PATH, BEHAVIOUR: process.env[name], NAME: name };
  await supervisor.start({ name, script, env }).then((ready) => pids.push(ready.pid), (error) => console.error(error.message));
}
console.log('ready ' + JSON.stringify(pids));
const status = await supervisor.ended;
console.error('ended ' + status);
process.exit(status);`;

const CHILD = `import { exitWithParent } from '${ROOT}/libs/runtime/parent.ts';
exitWithParent();
const behaviour = process.env.BEHAVIOUR;
console.log('said on stdout by ' + process.env.NAME + (process.env.HOME ?? ''));
if (behaviour === 'fails') process.exit(9);
const timer = setInterval(() => {}, 1000);
process.on('SIGTERM', () => {
  console.error(process.env.NAME + ' got SIGTERM');
  if (behaviour !== 'deaf') setTimeout(() => clearInterval(timer), 100);
});
process.send({ type: 'ready', pid: process.pid });
process.on('SIGUSR2', () => process.exit(7));
if (behaviour === 'blocks') setTimeout(() => { for (;;); }, 200);`;

interface Run {
  starter: ChildProcess;
  /** Of the starter and its children, in the order of their start. */
  pids: number[];
  text: { stdout: string; stderr: string };
}

let folder: string;
const pidsSeen: number[] = [];

beforeEach(async () => {
  folder = await mkdtemp('/tmp/latchkey-supervisor-');
  await writeFile(join(folder, 'starter.mjs'), STARTER);
  await writeFile(join(folder, 'child.mjs'), CHILD);
  // `exec`, as in our package.json: npm signals its shell alone, which would not pass it on.
  const scripts = { start: `true && exec "${process.execPath}" starter.mjs` };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts }));
});

afterEach(async () => {
  for (const pid of pidsSeen.splice(0)) {
    if (!(await isGone(pid))) {
      process.kill(pid, 'SIGKILL');
    }
  }
  await rm(folder, { recursive: true });
});

async function run(command: string[], behaviours: { api?: string; worker?: string } = {}): Promise<Run> {
  const [file = '', ...args] = command;
  // A group of its own, as a shell gives one to each command it runs.
  const env = { ...process.env, ...behaviours };
  const starter = spawn(file, args, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  starter.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  starter.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  await expect.poll(() => text.stdout, { timeout: 15_000 }).toContain('ready ');
  const pids = JSON.parse(/ready (\[.*\])/.exec(text.stdout)?.[1] ?? '[]') as number[];
  pidsSeen.push(...pids);
  return { starter, pids, text };
}

const node = [process.execPath, 'starter.mjs'];
const npm = ['npm', 'start'];

async function isGone(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return state === undefined || / Z /.test(state);
}

async function expectAllGone({ pids }: Run, timeout = 2000): Promise<void> {
  expect(pids).toHaveLength(3);
  await expect.poll(() => Promise.all(pids.map(isGone)), { timeout }).toEqual([true, true, true]);
}

async function statusOf({ starter }: Run): Promise<unknown> {
  return starter.exitCode ?? starter.signalCode ?? (await once(starter, 'exit'))[0];
}

function signalGroup({ starter }: Run, signal: NodeJS.Signals): void {
  process.kill(-(starter.pid as number), signal);
}

describe('the starter’s supervision', () => {
  it('keeps stdout for itself and hands its children nothing but their environment', async () => {
    const started = await run(node);
    started.starter.kill('SIGTERM');
    expect(await statusOf(started)).toBe(0);
    await expectAllGone(started);
    expect(started.text.stdout).toMatch(/^ready [^\n]*\n$/);
    expect(started.text.stderr).toContain('said on stdout by api\n');
  });

  it('stops every process on Ctrl-C, whom the terminal and npm both tell of it', async () => {
    const started = await run(npm);
    signalGroup(started, 'SIGINT');
    await statusOf(started);
    await expectAllGone(started);
    expect(started.text.stderr.match(/got SIGTERM/g)).toHaveLength(2);
    expect(started.text.stderr).toContain('ended 0');
  });

  it('stops every process on SIGTERM to npm', async () => {
    const started = await run(npm);
    started.starter.kill('SIGTERM');
    await statusOf(started);
    await expectAllGone(started, 5000);
    expect(started.text.stderr.match(/got SIGTERM/g)).toHaveLength(2);
  });

  it('leaves no child when the starter alone is killed', async () => {
    const started = await run(npm);
    process.kill(started.pids[0] as number, 'SIGKILL');
    await expectAllGone(started);
  });

  it('leaves no child when the whole group is killed, not even one that is busy', async () => {
    const started = await run(npm, { worker: 'blocks' });
    await sleep(400);
    signalGroup(started, 'SIGKILL');
    await expectAllGone(started);
  });

  it('kills a child that does not stop, within five seconds', async () => {
    const started = await run(node, { worker: 'deaf' });
    const startedAt = performance.now();
    started.starter.kill('SIGTERM');
    expect(await statusOf(started)).toBe(0);
    expect(performance.now() - startedAt).toBeGreaterThan(3000);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    await expectAllGone(started);
  });

  it('kills at once on a second Ctrl-C', async () => {
    const started = await run(node, { worker: 'deaf' });
    signalGroup(started, 'SIGINT');
    await sleep(700);
    const startedAt = performance.now();
    signalGroup(started, 'SIGINT');
    expect(await statusOf(started)).toBe(130);
    // Not when the four seconds since the first are over, of which three are left.
    expect(performance.now() - startedAt).toBeLessThan(3000);
    await expectAllGone(started);
  });

  it('stops all with the status of the child that died', async () => {
    const started = await run(node);
    process.kill(started.pids[1] as number, 'SIGUSR2');
    expect(await statusOf(started)).toBe(7);
    await expectAllGone(started);
    expect(started.text.stderr).toContain('worker got SIGTERM');
  });

  it('stops all when a child is killed', async () => {
    const started = await run(node);
    process.kill(started.pids[2] as number, 'SIGKILL');
    expect(await statusOf(started)).toBe(128 + 9);
    await expectAllGone(started);
  });

  it('starts nothing more when a child fails before it is ready', async () => {
    const started = await run(node, { api: 'fails' });
    expect(await statusOf(started)).toBe(9);
    expect(started.pids).toHaveLength(1);
    expect(started.text.stderr).toContain('api ended (status 9) before it was ready');
    expect(started.text.stderr).toContain('worker is not started: Latchkey is stopping');
  });
});
