import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { KeyRing } from '../../libs/secrets/index.js';
import { type ChoosyMailServer, openChoosyMailServer } from '../support/choosy-mail-server.js';
import { runHere } from '../support/commands.js';
import { asAdministrator } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { run } from '../support/processes.js';
import { type Product, startProduct } from '../support/product.js';

const KEYS = KeyRing.generate();

let mail: ChoosyMailServer;
let product: Product;
let practice: OpenedPractice;
let deliveryId: string;
let userId: string;
const environment = () => ({ DATABASE_URL: product.database.apiUrl, LATCHKEY_KEYS: KEYS });
const queue = (...args: string[]) => runHere(['queue', ...args], environment());

beforeAll(async () => {
  mail = await openChoosyMailServer();
  product = await startProduct({ env: { SMTP_URL: mail.url, LATCHKEY_KEYS: KEYS } });
  mail.target = product.mailbox.url;
  practice = await openPractice(product);
  mail.refusals.set('mara@elm.example', '451 come back later');
  const { headers } = await asAdministrator(product, practice);
  const mara = { username: 'mara', displayName: 'Mara', email: 'mara@elm.example', roles: ['staff'] };
  userId = (await product.http.post('/api/v1/users').set(headers).send(mara).expect(201)).body.id;
  deliveryId = await vi.waitFor(async () => {
    const [row] = await product.database.query<{ id: string }>(
      "select id from deliveries where state = 'deferred'",
    );
    if (!row) throw new Error('Nothing was put off');
    return row.id;
  });
});
afterAll(async () => {
  await product.stop();
  await mail.stop();
});

const nextAttempt = async () =>
  (
    await product.database.query<{ due: boolean }>(
      `select due_at <= now() + make_interval(secs => offset_seconds) as due from outbox, clock
     where delivery_id = $1`,
      [deliveryId],
    )
  )[0]?.due;

it('queue status tells what waits, how long, and whether mail runs', async () => {
  const { status, stdout } = await queue('status', '--json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    mail: { state: 'normal', workerAlive: true },
    queues: expect.arrayContaining([{ queue: 'welcome-email', state: 'deferred', count: 1 }]),
    failing: 1,
  });
  const told = await run(['queue', 'status'], environment());
  expect(told.stdout).toContain('1 welcome-email deferred');
  expect(told.stdout).toContain('1 were put off: latchkey queue retry --failed');
});

it('queue status tells of an import that nobody carries on', async () => {
  await product.database.query(
    `insert into bulk_work (practice_id, id, kind, due_at, claimed_until)
     select practice_id, gen_random_uuid(), 'user-import', now() - interval '1 hour', now() + interval '1 hour'
     from users where id = $1`,
    [practice.administrator.userId],
  );
  const { stdout } = await queue('status', '--json');
  const { queues, oldestSeconds, failing } = JSON.parse(stdout);
  expect(queues).toContainEqual({ queue: 'user-import', state: 'later', count: 1 });
  expect([oldestSeconds >= 3_600, failing]).toEqual([true, 1]);
  expect((await queue('status')).stdout).toContain('1 user-import later');
  await product.database.query('delete from bulk_work');
});

it('queue retry has what was put off tried now, and every trail says who asked', async () => {
  await product.stopWorker();
  await product.database.query("update outbox set due_at = due_at + interval '1 hour'");
  expect(await nextAttempt()).toBe(false);
  const retried = await queue('retry', '--failed', '--json');
  expect(JSON.parse(retried.stdout)).toEqual({ tried: 1 });
  expect(await nextAttempt()).toBe(true);
  const { headers } = await asAdministrator(product, practice);
  const { body } = await product.http
    .get('/api/v1/audit-events')
    .query({ action: 'delivery.retried' })
    .set(headers)
    .expect(200);
  expect(body.items).toMatchObject([
    {
      actor: { type: 'operator', id: expect.stringMatching(/^cli:/) },
      target: { id: deliveryId },
      changes: { userId },
    },
  ]);
  mail.refusals.clear();
  await product.startWorker();
  await vi.waitFor(
    async () => expect(await product.database.query('select 1 from outbox')).toEqual([]),
    10_000,
  );
  const late = await queue('retry', '--delivery', deliveryId);
  expect(late).toMatchObject({ status: 1, stdout: '' });
  expect(late.stderr).toContain('it has ended, or never was');
});

it('queue retry takes many in a few transactions, and tells how far it is', async () => {
  await product.stopWorker();
  const planted = `with planted as (
      insert into deliveries (practice_id, id, template, user_id, recipient, locale, time_zone, facts, state, deadline_at)
      select practice_id, gen_random_uuid(), template, user_id, recipient, locale, time_zone, facts, 'deferred',
        now() + interval '1 day' from deliveries, generate_series(1, 450) where id = $1 returning practice_id, id
    ) insert into outbox (practice_id, delivery_id, job, due_at)
      select practice_id, id, 'welcome-email', now() + interval '1 hour' from planted`;
  await product.database.query(planted, [deliveryId]);
  const retried = await queue('retry', '--failed', '--json');
  expect(JSON.parse(retried.stdout)).toEqual({ tried: 450 });
  expect(retried.stderr).toContain('450 of 450, completed');
  const [{ transactions, due } = {}] = await product.database.query<Record<string, number>>(
    `select count(distinct o.xmin::text)::int as transactions,
       count(*) filter (where due_at <= app_now())::int as due from outbox o`,
  );
  expect({ transactions, due }).toEqual({ transactions: 3, due: 450 });
  const told = `select count(*)::int as count from audit_events where body::jsonb ->> 'action' = 'delivery.retried'`;
  expect(await product.database.query(told)).toEqual([{ count: 451 }]);
});

it.each([[[]], [['--failed', '--delivery', '01a209b3-1c99-7e4c-870f-55b3a5aca9df']], [['--delivery', 'x']]])(
  'queue retry asked wrongly (%j) is status 2',
  async (args) => {
    expect(await queue('retry', ...args)).toMatchObject({ status: 2, stdout: '' });
  },
);
