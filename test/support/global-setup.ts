import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { bootstrap, EmbeddedPostgres, migrate } from '../../libs/database/index.js';
import { migrateQueue } from '../../libs/delivery/index.js';
import { MIGRATIONS } from '../../migrations/index.js';
import { API_LOGIN, testLogins, WORKER_LOGIN } from './logins.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URLs of the one server of this run: its owner, and where each login connects. */
    postgres: { admin: string; api: string; worker: string };
    template: string;
  }
}

const TEMPLATE = 'latchkey';

/** One embedded PostgreSQL for the run, with a migrated database that every test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-test-'));
  chmodSync(dataDir, 0o711);
  const server = await EmbeddedPostgres.open({ dataDir, maxConnections: 200 });
  const adminUrl = server.adminUrl();
  const [api, worker] = [server.loginUrl(API_LOGIN), server.loginUrl(WORKER_LOGIN)];
  await bootstrap(adminUrl, testLogins(api, worker));
  await hurry(adminUrl);
  await migrate(adminUrl, MIGRATIONS, migrateQueue);
  project.provide('postgres', {
    admin: server.adminUrl('postgres'),
    api,
    worker,
  });
  project.provide('template', TEMPLATE);
  return async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}

/** Nothing here must outlive a power cut: what is said of that is tested on servers of its own (test/faults). */
async function hurry(adminUrl: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  for (const setting of ['fsync', 'full_page_writes'])
    await client.query(`alter system set ${setting} = off`);
  await client.query('select pg_reload_conf()');
  await client.end();
}
