import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  type Installation,
  isGone,
  killLaunched,
  launch,
  processesOf,
  processTree,
  says,
  startInstallation,
  useInstallationFolder,
} from '../support/processes.js';
import { askForReset, person, readSample, signedIn, trySignIn } from '../support/sample-practice.js';
import { openSmtpSink } from '../support/smtp-sink.js';

// As root this is the closed folder of issue 2: PostgreSQL's user cannot enter it.
const folder = useInstallationFolder(0o700);
const start = (env = {}) => startInstallation({ DATA_DIR: folder.dataDir, ...env });

let running: Installation;
/** Users of the sample practice, as its administrator sees them. */
async function usernames({ http }: Installation): Promise<string[]> {
  const sample = readSample(folder.dataDir);
  const headers = await signedIn(http, sample.practiceId, 'alex', person(sample, 'alex').password);
  const { body } = await http.get('/api/v1/users').set(headers).expect(200);
  return body.items.map(({ username }: { username: string }) => username);
}

async function addUser({ http }: Installation, username: string): Promise<void> {
  const sample = readSample(folder.dataDir);
  const headers = await signedIn(http, sample.practiceId, 'alex', person(sample, 'alex').password);
  const user = { username, displayName: username, email: `${username}@willow.example`, roles: ['staff'] };
  await http.post('/api/v1/users').set(headers).send(user).expect(201);
}

/** Those that come first take others with them: a server's connections end with the server. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Everything of the installation, the database server's processes included. */
async function everyProcess(starter: number): Promise<number[]> {
  const servers = [...processesOf(await folder.cluster()), ...processesOf(folder.dataDir)].map(Number);
  return [...new Set([...processTree(starter), ...servers])];
}

async function expectNothingLeft(pids: readonly number[]): Promise<void> {
  expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
  expect(processesOf(await folder.cluster())).toEqual([]);
  expect(processesOf(folder.dataDir)).toEqual([]);
}

describe('the first start', () => {
  it('says `ready` on stdout and nothing else, and brings a practice to try things with', async () => {
    running = await start();
    process.stdout.write(`first start: ${running.secondsToReady.toFixed(1)} s\n`);
    expect(running.text.stdout).toBe(`ready ${running.url}\n`);
    expect(running.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(statSync(join(folder.dataDir, 'sample.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder.dataDir, 'keys')).mode & 0o777).toBe(0o600);
    const sample = readSample(folder.dataDir);
    expect(running.text.stderr).toContain(sample.practiceId);
    expect(sample.users.map(({ role }) => role).toSorted()).toEqual([
      'administrator',
      'administrator',
      'auditor',
      'staff',
      'staff',
    ]);
    for (const { username, password, role } of sample.users) {
      expect(running.text.stderr).toContain(password);
      const { body } = await trySignIn(running.http, sample.practiceId, username, password).expect(201);
      expect(body).toMatchObject({ user: { roles: [role] }, passwordChangeRequired: false });
    }
  });

  it('brings a locked-out person back in: answer, mail in the built-in mailbox, sign-in', async () => {
    const { practiceId, securityAnswer, ...sample } = readSample(folder.dataDir);
    const kim = person({ practiceId, securityAnswer, ...sample }, 'kim');
    await askForReset(running.http, practiceId, 'kim', securityAnswer);
    const mail = await vi.waitFor(
      async () => {
        const { body } = await running.http.get('/dev/mail/messages').query({ to: kim.email }).expect(200);
        expect(body.items).toHaveLength(1);
        return body.items[0] as { text: string };
      },
      { timeout: 10_000, interval: 50 },
    );
    const credential = /Temporary password:\n(\S+)/.exec(mail.text)?.[1] ?? '';
    const { body } = await trySignIn(running.http, practiceId, 'kim', credential).expect(201);
    expect(body.passwordChangeRequired).toBe(true);
  });

  it('refuses a second starter of the same folder, and leaves the first alone', async () => {
    const second = launch(['start'], { DATA_DIR: folder.dataDir, PORT: '0' });
    expect(await second.ended).toMatchObject({ status: 1 });
    expect(second.text.stderr).toContain('is in use by another Latchkey');
    await running.http.get('/health/ready').expect(200);
  });
});

describe('an end', () => {
  it('by SIGTERM takes less than 5 s and leaves no process behind', async () => {
    const pids = await everyProcess(running.pid);
    expect(pids.length).toBeGreaterThan(5);
    const from = performance.now();
    running.signal('SIGTERM');
    expect(await running.ended).toMatchObject({ status: 0 });
    expect(performance.now() - from).toBeLessThan(5_000);
    await expectNothingLeft(pids);
    expect(running.text.stdout).toBe(`ready ${running.url}\n`);
  });

  it('by Ctrl-C before it is ready leaves nothing behind either', async () => {
    const early = launch(['start'], { DATA_DIR: folder.dataDir, PORT: '0' });
    await vi.waitFor(async () => expect(processesOf(await folder.cluster())).not.toEqual([]), 10_000);
    const from = performance.now();
    early.signalGroup('SIGINT');
    const { status } = await early.ended;
    expect(status).not.toBeNull();
    expect(performance.now() - from).toBeLessThan(5_000);
    expect(early.text.stdout).toBe('');
    await expectNothingLeft([]);
  });
});

describe('a later start', () => {
  it('uses the same data and names the file with its sign-ins', async () => {
    running = await start();
    process.stdout.write(`second start: ${running.secondsToReady.toFixed(1)} s\n`);
    expect(running.text.stderr).toContain(join(folder.dataDir, 'sample.json'));
    for (const { password } of readSample(folder.dataDir).users) {
      expect(running.text.stderr).not.toContain(password);
    }
    expect(await usernames(running)).toHaveLength(5);
    await addUser(running, 'lee');
  });

  it('recovers after a kill -9 of the starter alone, whose children end by themselves', async () => {
    const server = new Set(processesOf(await folder.cluster()).map(Number));
    const children = processTree(running.pid).filter((pid) => !server.has(pid));
    expect(children.length).toBeGreaterThanOrEqual(3);
    running.signal('SIGKILL');
    await running.ended;
    await vi.waitFor(() => expect(children.filter((pid) => !isGone(pid))).toEqual([]), 5_000);
    running = await start();
    expect(await usernames(running)).toContain('lee');
    await addUser(running, 'max');
  });

  it('recovers after a kill -9 of everything, the database included', async () => {
    const pids = await everyProcess(running.pid);
    for (const pid of pids) killIfThere(pid);
    await running.ended;
    running = await start();
    expect(await usernames(running)).toEqual(expect.arrayContaining(['lee', 'max']));
  });

  it('ends by Ctrl-C, which reaches every process of the group, within 5 s', async () => {
    const pids = await everyProcess(running.pid);
    const from = performance.now();
    running.signalGroup('SIGINT');
    expect(await running.ended).toMatchObject({ status: 0 });
    expect(performance.now() - from).toBeLessThan(5_000);
    await expectNothingLeft(pids);
  });
});

describe('ROLES', () => {
  it('split one installation over two starters', async () => {
    const sink = await openSmtpSink();
    const env = { DATA_DIR: folder.dataDir, SMTP_URL: sink.url };
    const api = await start({ ...env, ROLES: 'api' });
    const sample = readSample(folder.dataDir);
    await askForReset(api.http, sample.practiceId, 'noor', sample.securityAnswer);
    const worker = launch(['start'], { ...env, ROLES: 'worker' });
    expect(await says(worker, /^ready .*$/m)).toBe('ready worker');
    await sink.nth(person(sample, 'noor').email, 'temporary-credential');
    const pids = await everyProcess(api.pid);
    for (const one of [api, worker]) {
      one.signal('SIGTERM');
      expect(await one.ended).toMatchObject({ status: 0 });
    }
    await expectNothingLeft(pids);
    await killLaunched();
    await sink.stop();
  });
});
