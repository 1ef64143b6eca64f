import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { asAdministrator, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice, type Session } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

const DAY = 86_400;

let product: Product;
let practice: OpenedPractice;
let ada: Session;
let second: Member;
let third: Member;
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
});
afterAll(() => product.stop());
beforeEach(async () => {
  practice = await openPractice(product);
  ada = practice.administrator;
  second = await join(product, practice, ['administrator']);
  third = await join(product, practice, ['administrator']);
});

type Method = 'get' | 'patch' | 'post' | 'put';
const ask = (who: Session, method: Method, path = '', body?: object) =>
  product.http[method](`/api/v1/audit-retention${path}`).set(who.headers).send(body);
const done = async (...request: Parameters<typeof ask>) => (await ask(...request).expect(200)).body;
const erase = ({ id }: Member) =>
  product.http.post(`/api/v1/users/${id}/erasure`).set(ada.headers).expect(202);

it('fewer years that an erased administrator asked for are in nobody’s way; what was agreed with one stands', async () => {
  await done(ada, 'patch', '', { years: 10 });
  await done(third.session, 'patch', '', { years: 8 });
  await erase(third);
  expectProblem(await ask(second.session, 'post', '/confirmation', { years: 8 }), 403, 'forbidden');
  const { pending } = await done(ada, 'patch', '', { years: 9 });
  expect(pending).toMatchObject({ years: 9, requestedBy: { id: ada.userId } });
  await done(second.session, 'post', '/confirmation', { years: 9 });
  await erase(second);
  expectProblem(await ask(ada, 'patch', '', { years: 7 }), 409, 'audit_retention_refused');
  await product.advance(7 * DAY + 1);
  ada = await asAdministrator(product, practice);
  expect(await done(ada, 'get')).toMatchObject({ years: 9, pending: null });
});

it('a hold that an erased administrator wanted to lift is lifted by two others', async () => {
  await done(ada, 'put', '/hold', { reason: 'Case 12' });
  await done(third.session, 'post', '/hold/lifting');
  expectProblem(await ask(ada, 'post', '/hold/lifting'), 409, 'audit_retention_refused');
  await erase(third);
  expectProblem(await ask(second.session, 'post', '/hold/lifting/confirmation'), 403, 'forbidden');
  const { hold } = await done(ada, 'post', '/hold/lifting');
  expect(hold).toMatchObject({ reason: 'Case 12', lifting: { requestedBy: { id: ada.userId } } });
  expect((await done(second.session, 'post', '/hold/lifting/confirmation')).hold).toBeNull();
});
