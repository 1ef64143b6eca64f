import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EmbeddedPostgres } from '../../libs/database/index.js';
import { runHere } from '../support/commands.js';
import { run, useInstallationFolder } from '../support/processes.js';

const folder = useInstallationFolder();
const latchkey = (...args: string[]) =>
  runHere(args, { DATA_DIR: folder.dataDir }, 'a walnut desk in the rain');
/** Without the installation: an auditor's own machine. */
const auditor = (...args: string[]) => runHere(args, { DATA_DIR: join(folder.dataDir, 'nothing-here') });
const at = (name: string) => join(folder.dataDir, name);

let visitor: EmbeddedPostgres;
let practiceId: string;
beforeAll(async () => {
  await latchkey('migrate');
  visitor = await EmbeddedPostgres.open({ dataDir: folder.dataDir });
  const administrator = ['--username', 'ada', '--display-name', 'Ada', '--email', 'ada@elm.example'];
  const creation = ['practice', 'create', '--name', 'Elm Dental', ...administrator, '--password-file', '-'];
  practiceId = (await latchkey(...creation)).stdout.trim();
  writeFileSync(at('key.pem'), (await latchkey('audit', 'key')).stdout);
});
afterAll(() => visitor.stop());

it('exports a trail and verifies it offline, with status 1 and the bad entry once somebody has edited it', async () => {
  const exported = await latchkey(
    'audit',
    'export',
    '--practice',
    practiceId,
    '--output',
    at('trail.ndjson'),
  );
  expect(exported).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/: \d+ events, head /),
  });
  const intact = await auditor('audit', 'verify', at('trail.ndjson'), '--key', at('key.pem'));
  expect(intact).toMatchObject({ status: 0, stderr: '' });
  expect(intact.stdout).toMatch(/is intact: \d+ entries, signed up to \d+, no anchor was given\.$/m);
  expect(existsSync(at('nothing-here'))).toBe(false);

  const text = readFileSync(at('trail.ndjson'), 'utf8');
  writeFileSync(at('edited.ndjson'), text.replace('"operator"', '"anonymous"'));
  const edited = await auditor('audit', 'verify', at('edited.ndjson'), '--key', at('key.pem'));
  expect(edited).toMatchObject({ status: 1, stderr: '' });
  expect(edited.stdout).toContain('NOT intact. Entry 1 is not the one that was written here.');
  const json = await auditor('audit', 'verify', at('edited.ndjson'), '--key', at('key.pem'), '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ intact: false, fault: { from: 1, to: 1 } });
});

it('writes to standard output as well, and never over a file that is there', async () => {
  const printed = await run(['audit', 'export', '--practice', practiceId], { DATA_DIR: folder.dataDir });
  expect(printed).toMatchObject({ status: 0, stderr: '' });
  writeFileSync(at('printed.ndjson'), printed.stdout);
  const verified = await run(['audit', 'verify', at('printed.ndjson'), '--key', at('key.pem')]);
  expect(verified.status).toBe(0);
  const over = await latchkey('audit', 'export', '--practice', practiceId, '--output', at('trail.ndjson'));
  expect(over).toMatchObject({ status: 1, stdout: '' });
});

it('takes an older export as an anchor, and says when it was given no key to trust', async () => {
  const anchored = await auditor(
    'audit',
    'verify',
    at('printed.ndjson'),
    '--key',
    at('key.pem'),
    '--anchor',
    at('trail.ndjson'),
  );
  expect(anchored).toMatchObject({ status: 0, stdout: expect.stringMatching(/anchored up to \d+\.$/m) });
  const turned = await auditor(
    'audit',
    'verify',
    at('trail.ndjson'),
    '--key',
    at('key.pem'),
    '--anchor',
    at('printed.ndjson'),
  );
  expect(turned).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('although an anchor knows them'),
  });
  const keyless = await auditor('audit', 'verify', at('trail.ndjson'));
  expect(keyless).toMatchObject({ status: 0, stderr: expect.stringContaining('Use --key') });
});

it('proves one event by itself', async () => {
  const proof = await auditor('audit', 'prove', at('trail.ndjson'), '--event', '2');
  expect(proof).toMatchObject({ status: 0, stderr: '' });
  writeFileSync(at('proof.json'), proof.stdout);
  expect(await auditor('audit', 'verify', at('proof.json'), '--key', at('key.pem'))).toMatchObject({
    status: 0,
  });
  expect(await auditor('audit', 'prove', at('trail.ndjson'), '--event', '99')).toMatchObject({ status: 2 });
});

it('is used wrongly with a file that is not there, or a practice that is none', async () => {
  expect(await auditor('audit', 'verify', at('nowhere'))).toMatchObject({ status: 2, stdout: '' });
  expect(await auditor('audit', 'verify', at('trail.ndjson'), '--key', at('nowhere'))).toMatchObject({
    status: 2,
  });
  const file = ['audit', 'verify', at('trail.ndjson'), '--practice', practiceId];
  expect(await auditor(...file)).toMatchObject({ status: 2 });
  expect(await latchkey('audit', 'export', '--practice', 'AAAAA-AAAAA')).toMatchObject({ status: 2 });
});
