import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Watch } from '../../libs/database/index.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('a server that lets in and refuses to listen, as a standby does, keeps no connection', async () => {
  const url = new URL(database.workerUrl);
  url.searchParams.set('application_name', 'refused-listener');
  // PostgreSQL refuses a channel without a name.
  const watch = new Watch({ channel: '', look: async () => false, complain: () => undefined });
  for (let tries = 0; tries < 3; tries += 1)
    await expect(watch.start(url.href)).rejects.toThrow(/zero-length/);
  const connections = () =>
    database.query("select pid from pg_stat_activity where application_name = 'refused-listener'");
  await vi.waitFor(async () => expect(await connections()).toEqual([]), { timeout: 5_000 });
});
