import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DataDirBusyError } from '../../libs/database/data-dir-claim.js';
import { EmbeddedPostgres } from '../../libs/database/embedded-postgres.js';
import {
  isGone,
  isRoot,
  postmasterPid,
  query,
  spawnStarter,
  startElsewhere,
  useDataDir,
} from './data-dir.js';

const test = useDataDir();

describe('the embedded PostgreSQL, after a mishap', () => {
  it('comes back by itself on its port when the server is killed, with every committed row', async () => {
    const server = await EmbeddedPostgres.open({ dataDir: test.dataDir, exclusive: true });
    await query(server.adminUrl(), 'create table kept as select n from generate_series(1, 50000) n');
    process.kill(await postmasterPid(test), 'SIGKILL');
    await expect
      .poll(() => query(server.adminUrl(), 'select count(*)::int as n from kept').catch(() => 'down'), {
        timeout: 20_000,
      })
      .toEqual([{ n: 50000 }]);
    await expect(EmbeddedPostgres.open({ dataDir: test.dataDir, exclusive: true })).rejects.toThrow(
      DataDirBusyError,
    );
    await server.stop();
  });

  it('adopts the server that a killed starter left', async () => {
    const { starter, url } = await startElsewhere(test);
    await query(url, 'create table kept as select 7 as n');
    const pid = await postmasterPid(test);
    starter.kill('SIGKILL');
    const server = await EmbeddedPostgres.open({ dataDir: test.dataDir, exclusive: true });
    expect(await postmasterPid(test)).toBe(pid);
    expect(await query(server.adminUrl(), 'select n from kept')).toEqual([{ n: 7 }]);
    await server.stop();
    expect(await isGone(pid)).toBe(true);
  });

  it('opens after starter and server were both killed', async () => {
    const { starter, url } = await startElsewhere(test);
    await query(url, 'create table kept as select 7 as n');
    starter.kill('SIGKILL');
    process.kill(await postmasterPid(test), 'SIGKILL');
    const server = await EmbeddedPostgres.open({ dataDir: test.dataDir, exclusive: true });
    expect(await query(server.adminUrl(), 'select n from kept')).toEqual([{ n: 7 }]);
    await server.stop();
  });

  it('starts over a stale pid file whose number another program has now, and over an empty one', async () => {
    await EmbeddedPostgres.open({ dataDir: test.dataDir }).then((server) => server.stop());
    const stranger = spawn(
      'sleep',
      ['60'],
      isRoot ? { uid: (await stat(join(test.dataDir, 'postgres'))).uid } : {},
    );
    try {
      for (const text of [
        `${stranger.pid}\n${test.dataDir}/postgres\n1\n5432\n\n127.0.0.1\n  123 456\nready   \n`,
        '',
      ]) {
        await writeFile(join(test.dataDir, 'postgres', 'postmaster.pid'), text);
        const server = await EmbeddedPostgres.open({ dataDir: test.dataDir });
        expect(await query(server.adminUrl(), 'select 1 as n')).toEqual([{ n: 1 }]);
        await server.stop();
      }
      expect(stranger.exitCode).toBeNull();
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('begins again when it was killed while it made its cluster', async () => {
    for (const afterMs of [250, 500, 700]) {
      const starter = spawnStarter(test);
      await sleep(afterMs);
      starter.kill('SIGKILL');
      await once(starter, 'exit');
    }
    const server = await EmbeddedPostgres.open({ dataDir: test.dataDir, exclusive: true });
    expect(await query(server.adminUrl(), 'select 1 as n')).toEqual([{ n: 1 }]);
    await server.stop();
    expect((await readdir(test.dataDir)).filter((name) => name.includes('draft'))).toEqual([]);
  });

  it.runIf(isRoot)('moves out when the checkout is closed to the server’s user later', async () => {
    const before = await EmbeddedPostgres.open({ dataDir: test.dataDir, exclusive: true });
    await query(before.adminUrl(), 'create table kept as select 7 as n');
    await before.stop();
    await chmod(test.folder, 0o700);
    const after = await EmbeddedPostgres.open({ dataDir: test.dataDir, exclusive: true });
    expect(await query(after.adminUrl(), 'select n from kept')).toEqual([{ n: 7 }]);
    await after.stop();
  });

  it('refuses to begin anew when its secret is gone, or readable by others', async () => {
    await EmbeddedPostgres.open({ dataDir: test.dataDir }).then((server) => server.stop());
    const secret = await readFile(join(test.dataDir, 'postgres.secret'));
    await rm(join(test.dataDir, 'postgres.secret'));
    await expect(EmbeddedPostgres.open({ dataDir: test.dataDir })).rejects.toThrow(
      'postgres.secret is missing',
    );
    await writeFile(join(test.dataDir, 'postgres.secret'), secret, { mode: 0o644 });
    await expect(EmbeddedPostgres.open({ dataDir: test.dataDir })).rejects.toThrow('mode 0600');
    await chmod(join(test.dataDir, 'postgres.secret'), 0o600);
  });
});
