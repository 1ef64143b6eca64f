import { afterAll, beforeAll, expect, it } from 'vitest';
import { asAdministrator, defineRole, join, type Member } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, signIn } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, resetIn } from '../support/recovery.js';

let product: Product;
let practice: OpenedPractice;
let member: Member;
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '100' } });
  practice = await openPractice(product);
  member = await join(product, practice);
});
afterAll(() => product.stop());

const overview = async (headers: { authorization: string }) =>
  (await product.http.get('/api/v1/overview').set(headers).expect(200)).body as {
    days: { day: string; selfService: number; administrator: number; medianSeconds: number | null }[];
    users: Record<string, number>;
  };

it('counts thirty days of the practice’s own calendar, each by who asked, with the way of the mail', async () => {
  const { headers } = practice.administrator;
  await answerQuestion(product, { practiceId: practice.practiceId, username: member.username });
  await resetIn(product, headers, member.id, 'sent');
  await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
  await resetIn(product, headers, member.id, 'sent');

  const { days, users } = await overview(headers);
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Madrid' }).format(new Date());
  expect(days).toHaveLength(30);
  expect(days.at(-1)).toMatchObject({ day: today, selfService: 1, administrator: 1, bulk: 0, failed: 0 });
  expect(days.at(-1)?.medianSeconds).toBeGreaterThan(0);
  expect(days[0]).toMatchObject({ selfService: 0, administrator: 0, medianSeconds: null });
  expect(users).toEqual({ active: 2, invited: 0, deactivated: 0 });
});

it('counts nothing of another practice', async () => {
  const { administrator } = await openPractice(product);
  const { days, users } = await overview(administrator.headers);
  expect(days.every(({ selfService, administrator }) => selfService + administrator === 0)).toBe(true);
  expect(users).toEqual({ active: 1, invited: 0, deactivated: 0 });
});

it('counts only the people whom a limited role reaches', async () => {
  await defineRole(product, practice.administrator.userId, 'front-desk', ['reset-log:read']);
  await product.database.query(
    `update roles set limits = '{"reset-log:read": {"where": {"roles": ["front-desk"]}}}' where key = 'front-desk'`,
  );
  const clerk = await join(product, practice, ['front-desk']);
  const { headers } = await signIn(product, practice.practiceId, clerk.username, NEW_PASSWORD);
  const { days, users } = await overview(headers);
  expect(days.at(-1)).toMatchObject({ selfService: 0, administrator: 0 });
  expect(users).toEqual({ active: 1, invited: 0, deactivated: 0 });
});

it('drops what is older than a month', async () => {
  await product.advance(31 * 86_400);
  const { headers } = await asAdministrator(product, practice);
  const { days } = await overview(headers);
  expect(days.every(({ selfService, administrator }) => selfService + administrator === 0)).toBe(true);
});
