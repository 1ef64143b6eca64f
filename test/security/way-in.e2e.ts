import { afterAll, beforeAll, expect, it } from 'vitest';
import { lineAfter, nextMail } from '../support/mail.js';
import { asAdministrator } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, challenge } from '../support/recovery.js';

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

it('asks a question for any name that can be typed, however long it becomes', async () => {
  const { practiceId } = practice;
  const lengths = new Set<number>();
  // U+FDFA is one letter that NFKC makes 18 of.
  for (const username of ['ada', '漢'.repeat(200), '\uFDFA'.repeat(200)]) {
    const { ticket } = await challenge(product, practiceId, username);
    lengths.add(ticket.length);
    expect((await answerQuestion(product, { practiceId, username, answer: 'no idea' })).status).toBe(202);
  }
  expect(lengths.size).toBe(1);
});

it('never takes a long name for the account that it begins with', async () => {
  const { headers } = await asAdministrator(product, practice);
  const username = 'b'.repeat(63);
  const person = { username, displayName: 'Bo Lund', email: 'bo@elm.example', roles: ['staff'] };
  await product.http.post('/api/v1/users').set(headers).send(person).expect(201);
  const welcome = await nextMail(product.mailbox, person.email, 'member-welcome');
  const signIn = (name: string) =>
    product.http.post('/api/v1/sessions').send({
      practiceId: practice.practiceId,
      username: name,
      password: welcome.text.split('Temporary password:')[1]?.trim().split('\n')[0],
    });
  expectProblem(await signIn(`${username}b`), 401, 'invalid_credentials');
  expect((await signIn(username)).status).toBe(201);
});

it('sends no mail again to an address that was taken away', async () => {
  const { headers } = await asAdministrator(product, practice);
  const { userId, email } = practice.administrator;
  const welcome = await nextMail(product.mailbox, email, 'practice-welcome');
  expect(lineAfter(welcome, 'Practice ID:')).toBe(practice.practiceId);
  const id = welcome.headers['x-latchkey-delivery'];
  const again = () => product.http.post(`/api/v1/deliveries/${id}/retry`).set(headers);
  expect((await again()).status).toBe(202);
  await product.http
    .patch(`/api/v1/users/${userId}`)
    .set(headers)
    .send({ email: 'elsewhere@elm.example' })
    .expect(200);
  expectProblem(await again(), 409, 'delivery_final');
});
