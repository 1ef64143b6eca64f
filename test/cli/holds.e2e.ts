import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedPostgres } from '../../libs/database/index.js';
import { runHere } from '../support/commands.js';
import { run, useInstallationFolder } from '../support/processes.js';

const folder = useInstallationFolder();
const latchkey = (...args: string[]) => runHere(args, { DATA_DIR: folder.dataDir });
const good = async (...args: string[]) => {
  const { status, stdout, stderr } = await latchkey(...args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};

let server: EmbeddedPostgres | undefined;
let practiceId = '';
beforeAll(async () => {
  await latchkey('migrate');
  server = await EmbeddedPostgres.open({ dataDir: folder.dataDir });
  const size = ['--practices', '1', '--users', '3', '--audit-events', '20'];
  const secrets = ['--password', 'a walnut desk', '--answer', 'Elm'];
  practiceId = JSON.parse(await good('demo', 'seed', ...size, ...secrets, '--json')).practices[0].practiceId;
});
afterAll(() => server?.stop());

/** A file with the token of a new operator. */
const operator = async (name: string, ...as: string[]): Promise<string[]> => {
  const told = await good('operator', 'add', name, '--role', 'operator', '--json', ...as);
  const file = join(folder.dataDir, `${name}.token`);
  writeFileSync(file, JSON.parse(told).token);
  return ['--operator-token-file', file];
};
const lift = (...as: string[]) => latchkey('audit', 'lift', '--practice', practiceId, ...as);

describe('a hold of the installation', () => {
  it('is placed by whoever has the owner’s login, and says why in one line', async () => {
    const why = ['--practice', practiceId, '--reason'];
    expect((await latchkey('audit', 'hold', ...why, 'two\nlines')).stderr).toContain('--reason');
    expect(await good('audit', 'hold', ...why, 'Court order 7')).toContain('Held:');
  });

  it('is lifted by nobody as long as there are no operators', async () => {
    expect(await lift()).toMatchObject({ status: 1, stderr: expect.stringContaining('two operators') });
  });

  it('is lifted by two operators, one after the other, and the trail names them', async () => {
    const wren = await operator('wren');
    const finch = await operator('finch', ...wren);
    expect(await lift(...wren)).toMatchObject({ status: 0, stdout: expect.stringContaining('Asked for') });
    expect(await lift(...wren)).toMatchObject({ status: 1, stderr: expect.stringContaining('cannot agree') });
    expect(await lift(...finch)).toMatchObject({ status: 0, stdout: 'Lifted.\n' });
    const exported = await run(['audit', 'export', '--practice', practiceId, ...wren], {
      DATA_DIR: folder.dataDir,
    });
    expect(exported.stdout.match(/"action":"audit-hold\.[a-z-]+","actor":\{"id":"[^"]+"/g)).toEqual([
      expect.stringMatching(/audit-hold\.placed","actor":\{"id":"cli:/),
      expect.stringMatching(/audit-hold\.lifting-requested","actor":\{"id":"operator:wren"/),
      expect.stringMatching(/audit-hold\.lifted","actor":\{"id":"operator:finch"/),
    ]);
  });
});
