import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LossyWay } from '../support/lossy-way.js';
import { nextMail } from '../support/mail.js';
import { asAdministrator } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { someoneWaits } from '../support/waiting.js';

let way: LossyWay;
let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  way = await LossyWay.open();
  product = await startProduct({ wayToDatabase: (url) => way.to(url) });
  practice = await openPractice(product);
});
afterAll(async () => {
  await product.stop();
  way.close();
});

it('a POST that was done, and whose COMMIT was never answered, is answered when it comes again', async () => {
  const { headers } = await asAdministrator(product, practice);
  const person = { username: 'pia', displayName: 'Pia', email: 'pia@elm.example', roles: ['staff'] };
  const add = () =>
    product.http
      .post('/api/v1/users')
      .set({ ...headers, 'idempotency-key': 'lost' })
      .send(person);
  // The session is read in a transaction of its own: the COMMIT to lose is the one after that.
  const rival = new Client({ connectionString: product.database.adminUrl });
  await rival.connect();
  await rival.query('begin');
  await rival.query('lock table users in share row exclusive mode');
  const pending = Promise.resolve(add());
  await someoneWaits(product);
  way.loseNextCommit();
  await rival.query('commit');
  await rival.end();
  expectProblem(await pending, 503, 'overloaded');

  const users = await product.database.query<{ id: string }>("select id from users where username = 'pia'");
  expect(users).toHaveLength(1);
  const again = await add();
  expect(again.headers['idempotency-replayed']).toBe('true');
  expect([again.status, again.body.id]).toEqual([201, users[0]?.id]);
  await nextMail(product.mailbox, person.email, 'member-welcome');
  expect(product.mailbox.messages({ to: person.email, limit: 5 })).toHaveLength(1);
});
