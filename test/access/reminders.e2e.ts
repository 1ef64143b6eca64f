import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Upkeep } from '../../apps/worker/upkeep.js';
import { nextMail } from '../support/mail.js';
import { invite, join } from '../support/people.js';
import { openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';

const DAY = 24 * 60 * 60;

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

const round = async () => product.worker?.get(Upkeep).run();
const reminders = (to: string) =>
  product.mailbox
    .messages({ to, limit: 100 })
    .filter(({ headers }) => headers['x-latchkey-template'] === 'single-administrator');

/** Both have found the practice due before either has begun with it. */
async function twoWorkersAtOnce(): Promise<void> {
  const rival = new Client({ connectionString: product.database.adminUrl });
  await rival.connect();
  await rival.query('begin');
  await rival.query('select from practices for update');
  const rounds = Promise.all([round(), round()]);
  await vi.waitFor(
    async () => {
      const waiting = await product.database.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      if (waiting.length < 2) throw new Error('The rounds wait for nothing');
    },
    { timeout: 5_000, interval: 20 },
  );
  await rival.query('commit');
  await rival.end();
  await rounds;
}

describe('the only administrator of a practice', () => {
  it('is reminded once a month, and no more once there is a second one', async () => {
    const practice = await openPractice(product);
    const { email } = practice.administrator;
    await round();
    await product.advance(29 * DAY);
    await round();
    await product.advance(2 * DAY);
    await twoWorkersAtOnce();
    const mail = await nextMail(product.mailbox, email, 'single-administrator');
    expect(mail.subject).toMatch(/^Elm Dental \d+ has only one administrator: you$/);
    expect(mail.text).toContain('Contact help@latchkey.example');
    await round();
    await product.advance(15 * DAY);
    await round();
    expect(reminders(email)).toHaveLength(1);
    // Somebody who has not signed in yet cannot let anybody back in.
    await invite(product, practice, ['administrator']);
    await product.advance(16 * DAY);
    await round();
    await nextMail(product.mailbox, email, 'single-administrator', [mail]);
    const second = await join(product, practice, ['administrator']);
    await product.advance(31 * DAY);
    await round();
    // Whatever the round has posted is sent before what is asked for after it.
    await invite(product, practice);
    expect([...reminders(email), ...reminders(second.email)]).toHaveLength(2);
  });

  it('of a practice that was never confirmed is not', async () => {
    const opening = await product.http.post('/api/v1/practices').send({
      name: 'Pending',
      administrator: {
        username: 'nemo',
        displayName: 'Nemo',
        email: 'nemo@elm.example',
        password: 'correct horse battery staple',
      },
    });
    expect(opening.status).toBe(202);
    await product.database.query(
      "update practices set administrators_reviewed_at = now() - interval '1 year' where name = 'Pending'",
    );
    await round();
    const due = await product.database.query(
      'select from deliveries where template = $1 and recipient = $2',
      ['single-administrator', 'nemo@elm.example'],
    );
    expect(due).toHaveLength(0);
  });
});

it('practices with nothing to do cost an index scan', async () => {
  await product.database.query(
    `insert into practices (practice_id, code, name, time_zone, locale, policy, status)
     select gen_random_uuid(), lpad(n::text, 10, 'A'), 'Quiet', 'UTC', 'en', '{}', 'active'
     from generate_series(1, 20000) n`,
  );
  await product.database.query('analyze practices');
  const [first] = await product.database.query<{ 'QUERY PLAN': { Plan: object }[] }>(
    `explain (analyze, buffers, format json) select practice_id from practices p
     where p.status = 'active' and p.administrators_reviewed_at < app_now() - interval '30 days'
     order by p.administrators_reviewed_at limit 1000`,
  );
  const plan = JSON.stringify(first?.['QUERY PLAN']);
  expect(plan).toContain('practices_to_review');
  expect(plan).not.toContain('Seq Scan');
});
