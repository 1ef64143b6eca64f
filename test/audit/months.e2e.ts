import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { AuditRounds } from '../../libs/audit/index.js';
import { bootstrap, migrate } from '../../libs/database/index.js';
import { migrateQueue } from '../../libs/delivery/index.js';
import { MIGRATIONS } from '../../migrations/index.js';
import {
  type AuditedPractice,
  exportTrail,
  grow,
  judged,
  openAuditedPractice,
} from '../support/audit-files.js';
import { testLogins } from '../support/logins.js';
import { asAdministrator } from '../support/people.js';
import { type Product, startProduct } from '../support/product.js';
import { directly } from '../tenancy/direct-statements.js';

const YEAR = 365 * 86_400;

let product: Product;
let own: AuditedPractice;
beforeAll(async () => {
  product = await startProduct();
  own = await openAuditedPractice(product);
});
afterAll(() => product.stop());

const rows = <Row extends object>(sql: string, values: unknown[] = []) =>
  product.database.query<Row & Record<string, unknown>>(sql, values);
const partitions = () =>
  rows<{ name: string; enabled: boolean; forced: boolean; granted: boolean }>(
    `select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
       exists (select from aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
         where r.rolname in ('latchkey_api', 'latchkey_worker')) as granted
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent in ('audit_events'::regclass, 'audit_personal'::regclass) order by 1`,
  );
const placesOf = async (): Promise<string[]> => {
  const found = await rows<{ place: string }>(
    'select distinct tableoid::regclass::text as place from audit_events where practice_id = $1 order by 1',
    [own.id],
  );
  return found.map(({ place }) => place);
};
const monthOf = (date: Date) => `audit_events_${date.toISOString().slice(0, 7).replace('-', '_')}`;
const databaseNow = async () =>
  (await rows<{ now: Date }>('select now() + make_interval(secs => offset_seconds) as now from clock'))[0]
    ?.now as Date;

describe('the months of the trail', () => {
  it('are made four ahead, for events and for what they commit to', async () => {
    const names = (await partitions()).map(({ name }) => name);
    for (const whole of ['audit_events', 'audit_personal']) {
      expect(names.filter((name) => name.startsWith(`${whole}_2`))).toHaveLength(4);
      expect(names).toContain(`${whole}_other`);
    }
    expect(await placesOf()).toEqual([monthOf(await databaseNow())]);
  });

  it('show nothing to whoever addresses one by its name, whichever role', async () => {
    const found = await partitions();
    expect(found.length).toBeGreaterThanOrEqual(10);
    for (const { name, enabled, forced, granted } of found) {
      expect({ name, enabled, forced, granted }).toEqual({
        name,
        enabled: true,
        forced: true,
        granted: false,
      });
      for (const [login, role] of [
        ['api', 'latchkey_api'],
        ['worker', 'latchkey_worker'],
      ] as const) {
        const { code } = await directly(product, { login, role, practice: own.id }, `select * from ${name}`);
        expect(code).toBe('42501');
      }
    }
  });

  it('cannot be made by the API, nor chosen by the worker', async () => {
    const as = (login: 'api' | 'worker', statement: string) =>
      directly(product, { login, role: `latchkey_${login}`, practice: null }, statement);
    expect((await as('api', 'select make_audit_months()')).code).toBe('42501');
    expect((await as('worker', "select make_audit_month('2040-01-01')")).code).toBe('42501');
    const hurried = "select set_config('app.clock_offset', '1e9', true), make_audit_months()";
    expect((await as('worker', hurried)).rows).toMatchObject([{ make_audit_months: 0 }]);
  });

  it('lose no event when nobody has made them, and go on with the next one', async () => {
    await product.stopWorker();
    await product.advance(YEAR);
    await grow(product, own.id, 3);
    expect(await placesOf()).toContain('audit_events_other');
    await product.startWorker();
    await product.worker?.get(AuditRounds).run();
    await product.advance(40 * 86_400);
    await grow(product, own.id, 3);
    expect(await placesOf()).toContain(monthOf(await databaseNow()));
    expect(await judged(await exportTrail(product, own.id), own.publicKey)).toEqual({ intact: true });
    const { headers } = await asAdministrator(product, own);
    const all = await product.http.get('/api/v1/audit-events?limit=200').set(headers).expect(200);
    const { items } = all.body as { items: { seq: number }[] };
    expect(items.map(({ seq }) => seq)).toEqual(items.map((_, index) => items.length - index));
  });

  it('turn nobody away who writes while the one that runs is made', async () => {
    await product.stopWorker();
    let made = false;
    // With little patience: where it was too busy here, it is another year and another month.
    for (let attempts = 0; attempts < 3 && !made; attempts += 1) {
      await product.advance(YEAR);
      made = await madeWhileSomebodyWrites();
    }
    expect(made).toBe(true);
    expect((await partitions()).map(({ name }) => name)).toContain(monthOf(await databaseNow()));
    expect(await placesOf()).toContain(monthOf(await databaseNow()));
    await product.startWorker();
  });

  /** Whether it was made; what is written meanwhile must be in any case. */
  async function madeWhileSomebodyWrites(): Promise<boolean> {
    const other = new Client({ connectionString: product.database.adminUrl });
    await other.connect();
    try {
      // Whoever makes a month waits for this in the middle of it, and whoever writes for them.
      await other.query('begin; lock table audit_personal_other in access share mode');
      const waiting = async (count: number) => {
        const found = await other.query(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        );
        if (found.rowCount !== count) throw new Error(`${found.rowCount} wait instead of ${count}`);
      };
      const made = rows('select make_audit_months()').then(
        () => true,
        () => false,
      );
      await vi.waitFor(() => waiting(1), { interval: 10 });
      const grown = grow(product, own.id, 3);
      await vi.waitFor(() => waiting(2), { interval: 10 });
      await other.query('commit');
      await grown;
      return await made;
    } finally {
      await other.end();
    }
  }
});

describe('an installation from before there were months', () => {
  const name = `before_months_${process.pid}`;
  const admin = new Client({ connectionString: inject('postgres').admin });
  beforeAll(() => admin.connect());
  afterAll(async () => {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
  });

  it('is migrated in place: every event and value as it was, each in its month, within seconds', async () => {
    await admin.query(`create database ${name}`);
    const url = new URL(inject('postgres').admin);
    url.pathname = `/${name}`;
    const { api, worker } = inject('postgres');
    await bootstrap(url.href, testLogins(api, worker));
    const before = Object.entries(MIGRATIONS).filter(([key]) => key < '202611232230');
    await migrate(url.href, Object.fromEntries(before), migrateQueue);
    const client = new Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query(OLD_TRAIL);
      const digest = async () => (await client.query(DIGEST)).rows;
      const kept = await digest();
      const began = Date.now();
      await migrate(url.href, MIGRATIONS, migrateQueue);
      expect(Date.now() - began).toBeLessThan(30_000);
      expect(await digest()).toEqual(kept);
      const { rows: months } = await client.query(
        'select tableoid::regclass::text as month, count(*)::int as n from audit_events group by 1 order by 1',
      );
      expect(months.map(({ month }) => month)).toEqual([
        'audit_events_2025_11',
        'audit_events_2025_12',
        'audit_events_2026_01',
      ]);
      const { rows: apart } = await client.query(
        `select 1 from audit_personal p join audit_events e using (practice_id, seq) where p.at <> e.at`,
      );
      expect(apart).toEqual([]);
      const { rows: concerned } = await client.query(
        `select concerned_id as who, count(*)::int as n from audit_events where concerned_id is not null group by 1`,
      );
      expect(concerned).toEqual([{ who: 'mara', n: 2_000 }]);
    } finally {
      await client.end();
    }
  });
});

/** Twenty practices with 1,000 events each, as an older version had stored them. */
const OLD_TRAIL = `
  insert into practices (practice_id, code, name, time_zone, locale, policy)
    select gen_random_uuid(), lpad(n::text, 10, '0'), 'Elm', 'UTC', 'en', '{}' from generate_series(1, 20) n;
  insert into audit_events select practice_id, seq, gen_random_uuid(),
      '2025-11-15T00:00:00Z'::timestamptz + seq * interval '90 minutes', 'session.created', null, null,
      'success', case when seq % 10 = 0 then '{"changes":{"userId":"mara"},"id":"1"}' else 'broken' end, sha256(int8send(seq))
    from practices, generate_series(1, 1000) seq;
  insert into audit_personal
    select practice_id, seq, '/sourceAddress', null, '\\x00', '192.0.2.1' from audit_events;
`;

/** What must be the same before and after, however it is stored. */
const DIGEST = `
  select (select md5(string_agg(concat_ws('|', practice_id, seq, id, at, action, actor_id, target_id, outcome, body,
      hash), E'\\n' order by practice_id, seq)) from audit_events) as events,
    (select md5(string_agg(concat_ws('|', practice_id, seq, pointer, subject_id, salt, shown),
      E'\\n' order by practice_id, seq)) from audit_personal) as personal
`;
