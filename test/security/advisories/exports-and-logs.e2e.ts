import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { operationsOf } from '../../support/api-description.js';
import { fileOf, importFile } from '../../support/imports.js';
import { type Installation, startInstallation, useInstallationFolder } from '../../support/processes.js';
import { person, readSample, type SamplePractice, signedIn } from '../../support/sample-practice.js';

const ESCAPE = '\u001B[2J\u001B[31m';

const folder = useInstallationFolder();
let running: Installation;
let sample: SamplePractice;
let headers: { authorization: string };
beforeAll(async () => {
  running = await startInstallation({ DATA_DIR: folder.dataDir, LOG_LEVEL: 'trace' });
  sample = readSample(folder.dataDir);
  const { password } = person(sample, 'alex');
  headers = await signedIn(running.http, sample.practiceId, 'alex', password);
});
afterAll(() => running?.signalGroup('SIGTERM'));

describe('Spree GHSA-xf4v-w5x5-pv79: no cell of an export is a formula', () => {
  const NAMES = ['=HYPERLINK("https://evil.test","x")', '+1+1', '-1', '@SUM(A1)', '\uFF1D1'];

  it('whatever somebody is called, and whichever export it is in', async () => {
    const { http } = running;
    for (const displayName of NAMES) {
      const username = `cell${NAMES.indexOf(displayName)}`;
      const body = { username, displayName, email: `${username}@willow.example`, roles: ['staff'] };
      await http.post('/api/v1/users').set(headers).send(body).expect(201);
    }
    const { text } = await http.get('/api/v1/audit-events/export?format=csv').set(headers).expect(200);
    expect(text).toContain('"cell0"'.replaceAll('"', '""'));
    expect(text).not.toMatch(/(?:^|,)"?[=+@\uFF1D-]/m);
    for (const path of ['users', 'audit-events', 'password-resets', 'deliveries']) {
      const list = await http
        .get(`/api/v1/${path}`)
        .set({ ...headers, accept: 'text/csv' })
        .expect(200);
      expect(list.headers['content-type']).toMatch(/^application\/json/);
    }
    const exporting = (await operationsOf({ http })).filter(({ path }) => /export|import|csv/.test(path));
    // What failed of an import is the other one: test/bulk/import-files.e2e.ts.
    const others = exporting.filter(({ path }) => !path.includes('/user-imports'));
    expect(others.map(({ path }) => path)).toEqual(['/api/v1/audit-events/export']);
    const bad = NAMES.map(
      (name, nth) => `"bad name ${nth}","${name.replaceAll('"', '""')}",${name[0]}x@y,staff`,
    );
    const { id } = await importFile({ http }, headers, fileOf(...bad));
    const failed = await http.get(`/api/v1/user-imports/${id}/failed-rows`).set(headers).expect(200);
    expect(failed.text.trimEnd().split('\r\n')).toHaveLength(NAMES.length + 1);
    expect(failed.text).not.toMatch(/(?:^|,)"?[=+@\uFF1D-]/m);
  });
});

describe('Django CVE-2025-48432: a log line is one line, and moves no terminal', () => {
  /** Bytes as they are: no client refuses them on the way. */
  async function write(text: string): Promise<void> {
    const { port, hostname } = new URL(running.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.end(text));
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
      socket.resume();
    });
  }

  it('whatever stands in names, addresses, headers and bodies', async () => {
    const { http } = running;
    const forged = '{"level":60,"msg":"forged"}';
    await http.get(`/api/v1/users/%0a${encodeURIComponent(forged)}%1b%5b2J`).set(headers);
    await http.get(`/api/v1/users?search=${encodeURIComponent(`x\n${forged}${ESCAPE}`)}`).set(headers);
    await http
      .get('/api/v1/practice')
      .set({ ...headers, 'user-agent': 'evil\u009B31m', 'x-request-id': 'evil id\t' });
    const attempt = { practiceId: sample.practiceId, password: `wrong${ESCAPE}\n${forged}` };
    for (const username of [`kim\n${forged}`, `kim${ESCAPE}`, 'kim\u2028', 'kim\u009B31m', 'kim\r\nkim']) {
      await http.post('/api/v1/sessions').send({ ...attempt, username });
    }
    await http.post('/api/v1/sessions').set('content-type', 'application/json').send(`{"x":"${ESCAPE}`);
    await write(`GET /${ESCAPE} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await write(`GET / HTTP/1.1\r\nHost: x\r\nX-Evil: ${ESCAPE}\r\n\r\n`);
    await write(`${forged}\n${ESCAPE}\r\n\r\n`);
    await http.get('/health/live').expect(200);
    await vi.waitFor(() => expect(running.text.stderr).toContain('/health/live'), 5_000);
    const lines = running.text.stderr.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(JSON.parse(line)['msg'], line).not.toBe('forged');
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(running.text.stderr).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F\u0080-\u009F\u2028\u2029]/u);
    expect(running.text.stderr).not.toContain('forged"}');
  });
});
