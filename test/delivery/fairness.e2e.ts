import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#runtime';
import { postWave } from '../support/flood.js';
import { asAdministrator, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice, tenantOf } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink.js';

const WAVE = 4_000;
const SLOW_MILLISECONDS = 100;
const TARPIT_MILLISECONDS = 3_000;

let product: Product;
let sink: SmtpSink;
let many: OpenedPractice & { tenant: string };
let other: OpenedPractice & { tenant: string };
let members: Member[];

beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  many = await withTenant();
  other = await withTenant();
  members = [];
  for (let count = 0; count < 3; count += 1) members.push(await join(product, other));
  sink = await openSmtpSink();
  await product.stopWorker();
  await product.startWorker({ SMTP_URL: sink.url });
});
afterEach(() => product.database.query('delete from outbox'));
afterAll(async () => {
  await product.stop();
  await sink.stop();
});

async function withTenant() {
  const practice = await openPractice(product);
  return { ...practice, tenant: await tenantOf(product, practice.administrator.userId) };
}

const pause = (milliseconds: number) =>
  new Promise<undefined>((resolve) => setTimeout(resolve, milliseconds, undefined));
const p95 = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? NaN;

/** Single resets one after the other, each from its request to its mail's acceptance. */
async function resets(count: number): Promise<number[]> {
  const { headers } = await asAdministrator(product, other);
  const taken: number[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    const member = members[nth % members.length] as Member;
    const before = sink.taken.filter(({ to }) => to === member.email).length;
    const started = performance.now();
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
    await sink.nth(member.email, 'temporary-credential', before + 1, 20);
    taken.push(performance.now() - started);
  }
  return taken;
}

const flooded = () => sink.taken.filter(({ to }) => to.endsWith('@flood.example')).length;
const wave = (job: 'welcome-email' | 'password-reset', prefix: string) =>
  postWave(product, {
    practiceId: many.tenant,
    userId: many.administrator.userId,
    job,
    count: WAVE,
    prefix,
  });

describe('a practice that posts thousands of mails', () => {
  it.each(['welcome-email', 'password-reset'] as const)(
    'of %s to a slow server delays another’s single reset by less than its usual p95 and a second',
    async (job) => {
      sink.answer = () => pause(SLOW_MILLISECONDS);
      const usual = p95(await resets(8));
      await wave(job, 'slow');
      const before = flooded();
      const during = p95(await resets(12));
      expect(flooded() - before, 'the flood was flowing meanwhile').toBeGreaterThan(50);
      expect(during).toBeLessThan(2 * usual + 1_000);
    },
    60_000,
  );

  it('whose own server takes seconds for each leaves a connection to others', async () => {
    sink.answer = () => pause(SLOW_MILLISECONDS);
    const usual = p95(await resets(6));
    sink.answer = ({ to }) => pause(to.startsWith('tarpit') ? TARPIT_MILLISECONDS : SLOW_MILLISECONDS);
    await wave('welcome-email', 'tarpit');
    await pause(500);
    expect(p95(await resets(8))).toBeLessThan(2 * usual + 1_000);
  });

  it('does not make its own administrators wait either: resets go before welcomes', async () => {
    sink.answer = () => pause(SLOW_MILLISECONDS);
    const usual = p95(await resets(6));
    await postWave(product, {
      practiceId: other.tenant,
      userId: other.administrator.userId,
      job: 'welcome-email',
      count: WAVE,
      prefix: 'own',
    });
    await pause(500);
    expect(p95(await resets(6))).toBeLessThan(2 * usual + 1_000);
  });
});

describe('a claim', () => {
  it('costs the same however much waits: no plan reads the table, nor sorts it', async () => {
    const crowd = 500;
    await product.stopWorker();
    await product.database.query(
      `insert into practices (practice_id, code, name, time_zone, locale, policy, status)
       select gen_random_uuid(), 'FLOOD' || lpad(nth::text, 5, '0'), 'Flood', time_zone, locale, policy, 'active'
       from practices, generate_series(1, $2) nth where practice_id = $1`,
      [many.tenant, crowd],
    );
    const [least, most] = [await claimMilliseconds(1_000), await claimMilliseconds(100_000)];
    expect(most).toBeLessThan(least * 3 + 5);
  });
});

/** The median of claims while `rows` wait, of many practices and of one that has half of them. */
async function claimMilliseconds(rows: number): Promise<number> {
  await product.database.query('delete from outbox');
  await product.database.query('delete from deliveries');
  await product.database.query(
    `with posted as (
       insert into deliveries (practice_id, id, template, recipient, locale, time_zone, facts, deadline_at)
       select case when nth % 2 = 0 then $1 else (array(select practice_id from practices))[1 + nth % 500] end,
         gen_random_uuid(), 'password-changed', 'x@y.test', 'en', 'UTC', '{}', now() + interval '1 day'
       from generate_series(1, $2) nth returning practice_id, id
     ) insert into outbox (practice_id, delivery_id, job) select practice_id, id, 'welcome-email' from posted`,
    [many.tenant, rows],
  );
  const times: number[] = [];
  for (let round = 0; round < 15; round += 1) {
    const started = performance.now();
    const claimed = await product.database.query('select * from claim_deliveries($1, 32, 16, 30, $1)', [
      newId(),
    ]);
    times.push(performance.now() - started);
    expect(claimed.length).toBeGreaterThan(0);
  }
  return times.toSorted((a, b) => a - b)[7] ?? NaN;
}
