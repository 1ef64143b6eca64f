import { afterAll, beforeAll, expect, it } from 'vitest';
import { asAdministrator } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct({ env: { TRUSTED_PROXIES: '127.0.0.0/8' } });
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const refusedFrom = async (forwarded: string, username: string): Promise<string> => {
  await product.http
    .post('/api/v1/sessions')
    .set('x-forwarded-for', forwarded)
    .send({ practiceId: practice.practiceId, username, password: 'a wrong guess at it' })
    .expect(401);
  const { headers } = await asAdministrator(product, practice);
  const { body } = await product.http
    .get('/api/v1/audit-events')
    .query({ action: 'session.refused', limit: 1 })
    .set(headers)
    .expect(200);
  return body.items[0].sourceAddress;
};

it('what a trusted proxy forwards stands in the trail as an address or not at all', async () => {
  expect(await refusedFrom('203.0.113.7', 'somebody')).toBe('203.0.113.7');
  await product.advance(60);
  expect(await refusedFrom("'; drop table users --", 'ada')).toBe('127.0.0.1');
  await product.advance(60);
  expect(await refusedFrom('203.0.113.7:4711', 'ada')).toBe('127.0.0.1');
});
