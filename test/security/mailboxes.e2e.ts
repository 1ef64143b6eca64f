import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextMail } from '../support/mail.js';
import { asAdministrator, join } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

describe('nobody’s mailbox is a target', () => {
  it('a mailbox that several users share takes twenty temporary passwords an hour', async () => {
    const { headers } = practice.administrator;
    const add = (number: number, email: string) =>
      product.http
        .post('/api/v1/users')
        .set(headers)
        .send({ username: `desk${number}`, displayName: 'Front Desk', email, roles: ['staff'] });
    for (let number = 0; number < 20; number += 1) await add(number, 'desk@elm.example').expect(201);
    const refused = await add(20, 'Desk@elm.example');
    expectProblem(refused, 429, 'too_many_attempts');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_000);
    await add(21, 'another@elm.example').expect(201);
    await product.advance(3_601);
    const later = (await asAdministrator(product, practice)).headers;
    await add(20, 'Desk@elm.example').set(later).expect(201);
  });

  it('a notice is repeated three times an hour at most', async () => {
    const member = await join(product, practice);
    const { headers } = await asAdministrator(product, practice);
    const notice = await nextMail(product.mailbox, member.email, 'password-changed');
    const retry = () =>
      product.http.post(`/api/v1/deliveries/${notice.headers['x-latchkey-delivery']}/retry`).set(headers);
    await retry().expect(202);
    await retry().expect(202);
    expectProblem(await retry(), 429, 'too_many_attempts');
    const mails = product.mailbox.messages({ to: member.email, limit: 50 });
    expect(
      mails.filter((mail) => mail.headers['x-latchkey-template'] === 'password-changed').length,
    ).toBeLessThan(4);
  });
});
