import { afterAll, beforeAll, expect, it } from 'vitest';
import { credentialIn, lineAfter, nextMail } from '../support/mail.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const add = (username: string, more: object) =>
  product.http
    .post('/api/v1/users')
    .set(practice.administrator.headers)
    .send({ username, displayName: 'Mar Soto', email: `${username}@elm.example`, roles: ['staff'], ...more })
    .expect(201);

it('a mail is in the language of whoever reads it, and programs still find their lines in it', async () => {
  await add('mar', { locale: 'es' });
  const mail = await nextMail(product.mailbox, 'mar@elm.example', 'member-welcome');
  expect(mail.subject).toMatch(/^Su cuenta en Elm Dental/);
  expect(mail.text).toMatch(/^Hola, Mar Soto:\n/);
  expect(mail.text).toMatch(/hasta el \p{L}+, \d+ de \p{L}+ de \d{4}, \d\d:\d\d \(Europe\/Madrid\)/u);
  expect(mail.html).toContain('<html lang="es" dir="ltr"');
  expect(lineAfter(mail, 'Username:')).toBe('mar');
  expect(credentialIn(mail)).toMatch(/\S/);
});

it('whoever was added without a language has that of the practice', async () => {
  const { http } = product;
  const { headers } = practice.administrator;
  await http.patch('/api/v1/practice').set(headers).send({ locale: 'es' }).expect(200);
  await add('sol', {});
  expect((await nextMail(product.mailbox, 'sol@elm.example', 'member-welcome')).text).toMatch(/^Hola,/);
  await http.patch('/api/v1/practice').set(headers).send({ locale: 'en' }).expect(200);
  await add('tom', {});
  expect((await nextMail(product.mailbox, 'tom@elm.example', 'member-welcome')).text).toMatch(/^Hello /);
});
