import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyRing } from '../../libs/secrets/index.js';
import { runHere } from '../support/commands.js';
import { fileOf, lineFor } from '../support/imports.js';
import { nextMail } from '../support/mail.js';
import { addOperator } from '../support/operators.js';
import { join as joinPractice } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { killLaunched, launch, run, says } from '../support/processes.js';
import { type Product, startProduct } from '../support/product.js';

const KEYS = KeyRing.generate();
const REASON = ['--reason', 'Ticket 4711: a leaked list'];

let product: Product;
let practice: OpenedPractice;
let folder: string;
beforeAll(async () => {
  product = await startProduct({ env: { LATCHKEY_KEYS: KEYS } });
  practice = await openPractice(product);
  folder = await mkdtemp(join(tmpdir(), 'latchkey-import-'));
});
afterAll(async () => {
  await killLaunched();
  await product.stop();
  await rm(folder, { recursive: true, force: true });
});

const environment = () => ({ DATABASE_URL: product.database.apiUrl, LATCHKEY_KEYS: KEYS });
const user = (...args: string[]) => ['user', ...args, '--practice', practice.practiceId];
const eventsOf = async (action: string) =>
  (
    await product.http
      .get('/api/v1/audit-events')
      .query({ action })
      .set(practice.administrator.headers)
      .expect(200)
  ).body.items;

describe('user import', () => {
  it('adds whom the file names, and writes down the lines that failed: status 1', async () => {
    const failed = join(folder, 'failed.csv');
    const file = fileOf(lineFor('adam'), 'not a name,Some One,one@import.example,staff');
    const { status, stdout, stderr } = await run(
      user('import', '-', '--failed', failed, '--json'),
      environment(),
      file,
    );
    expect(JSON.parse(stdout)).toMatchObject({ state: 'completed', total: 2, created: 1, failed: 1 });
    expect({ status, ends: stderr.endsWith('2 of 2, completed\n') }).toEqual({ status: 1, ends: true });
    expect(await readFile(failed, 'utf8')).toContain(
      'not a name,Some One,one@import.example,staff,"username: ',
    );
    expect((await stat(failed)).mode & 0o077).toBe(0);
    const { text } = await nextMail(product.mailbox, 'adam@import.example', 'member-welcome');
    expect(text).toContain('Customer service added you');
    expect(await eventsOf('user-import.started')).toMatchObject([
      { actor: { type: 'operator', id: expect.stringMatching(/^cli:/) } },
    ]);
    const again = await runHere(user('import', '-', '--failed', failed), environment(), file);
    expect(again).toMatchObject({ status: 2, stdout: '' });
    expect(again.stderr).toContain('is there already');
  });

  it('asked wrongly is status 2, and says where the file is wrong', async () => {
    const wrongs: [string[], string, string][] = [
      [user('import', '-'), 'username;displayName', 'The header: must be the first line'],
      [user('import'), '', 'Say either a file or --follow ID'],
      [
        ['user', 'import', '-', '--practice', 'ZZZZZ-ZZZZZ'],
        fileOf(lineFor('bea')),
        'is not the Practice ID',
      ],
    ];
    const refusals = await Promise.all(wrongs.map(([args, input]) => runHere(args, environment(), input)));
    for (const [index, refused] of refusals.entries()) {
      expect(refused).toMatchObject({ status: 2, stdout: '' });
      expect(refused.stderr).toContain(wrongs[index]?.[2]);
    }
  });

  it('says that it waits for a worker, goes on after Ctrl+C, and can be looked at again', async () => {
    await product.stopWorker();
    await product.advance(130);
    const dryRun = user('import', '-', '--dry-run');
    const looking = launch(dryRun, environment(), fileOf(lineFor('carl'), lineFor('adam')));
    await says(looking, 'No worker has given a sign of life');
    await says(looking, '0 of 2');
    looking.signal('SIGINT');
    expect(await looking.ended).toMatchObject({ status: 130 });
    const [, id = ''] = /--follow (\S+)/.exec(looking.text.stderr) ?? [];
    await product.startWorker();
    const { status, stdout } = await run(user('import', '--follow', id), environment());
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: '1 would be added, 1 skipped since the username exists, 0 failed.\n',
    });
  });
});

describe('user bulk-reset', () => {
  it('says for whom it would be, and sends: without operators and outside production', async () => {
    const mara = await joinPractice(product, practice);
    const order = user('bulk-reset', '--role', 'staff', '--json', ...REASON);
    const preview = await runHere([...order, '--dry-run'], environment());
    expect(JSON.parse(preview.stdout)).toMatchObject({ count: 1, sample: [{ userId: mara.id }] });
    const { status, stdout, stderr } = await run(order, environment());
    expect(JSON.parse(stdout)).toMatchObject({ state: 'completed', requested: 1, failed: 0 });
    expect({ status, ends: stderr.endsWith('1 of 1, completed\n') }).toEqual({ status: 0, ends: true });
    await nextMail(product.mailbox, mara.email, 'temporary-credential');
    expect(await eventsOf('bulk-password-reset.started')).toMatchObject([
      { actor: { type: 'operator' }, changes: { total: 1, reason: 'Ticket 4711: a leaked list' } },
    ]);
    const wrongs = [
      ['--changed-before', 'lately'],
      ['--role', 'A Role'],
    ];
    const refusals = await Promise.all(wrongs.map((wrong) => runHere([...order, ...wrong], environment())));
    for (const refused of refusals) expect(refused).toMatchObject({ status: 2, stdout: '' });
  });

  it('is refused in production, and import wants a token, as soon as there is an operator', async () => {
    const https = { PUBLIC_URL: 'https://latchkey.example', SMTP_URL: 'smtp://127.0.0.1:1' };
    const production = { ...environment(), ...https, NODE_ENV: 'production' };
    const reset = user('bulk-reset', ...REASON);
    const refusals = [await runHere(reset, production)];
    await addOperator(product, 'wren');
    const [imported, refused] = await Promise.all([
      runHere(user('import', '-'), environment(), fileOf(lineFor('dora'))),
      runHere(reset, environment()),
    ]);
    for (const { status, stdout, stderr } of [...refusals, refused]) {
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain('for an administrator of the practice to begin');
    }
    expect(imported).toMatchObject({ status: 2, stdout: '' });
    expect(imported.stderr).toContain('--operator-token-file');
  });
});
