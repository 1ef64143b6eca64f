import { randomBytes } from 'node:crypto';
import { Client, Pool, type QueryResultRow } from 'pg';
import { inject } from 'vitest';
import { bootstrap } from '../../libs/database/index.js';
import { testLogins } from './logins.js';

/** A database of one test file's own, copied from the migrated template. */
export interface TestDatabase {
  /** Superuser: sees through row-level security, for assertions only. */
  adminUrl: string;
  apiUrl: string;
  workerUrl: string;
  query<Row extends QueryResultRow>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const { admin, api, worker } = inject('postgres');
  await asAdmin(admin, `create database ${name} template ${inject('template')}`);
  const adminUrl = withDatabase(admin, name);
  const [apiUrl, workerUrl] = [withDatabase(api, name), withDatabase(worker, name)];
  await bootstrap(adminUrl, testLogins(api, worker));
  const pool = new Pool({ connectionString: adminUrl, max: 2 });
  pool.on('error', () => undefined);
  return {
    adminUrl,
    apiUrl,
    workerUrl,
    query: async (sql, parameters) => (await pool.query(sql, parameters)).rows as never,
    drop: async () => {
      await pool.end();
      await asAdmin(admin, `drop database ${name} with (force)`);
    },
  };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function asAdmin(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
