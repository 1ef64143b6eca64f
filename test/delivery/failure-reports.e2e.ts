import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FailureReports } from '#users';
import { asAdministrator, crowd } from '../support/people.js';
import { type OpenedPractice, openPractice, tenantOf } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
const tenants: string[] = [];
beforeAll(async () => {
  product = await startProduct();
  for (let count = 0; count < 3; count += 1) {
    const { administrator }: OpenedPractice = await openPractice(product);
    tenants.push(await tenantOf(product, administrator.userId));
  }
});
afterAll(() => product.stop());

/** The welcome of whoever opened each practice is one that could not be sent. */
const failEach = () =>
  product.database.query(
    `insert into delivery_failures (practice_id, delivery_id, user_id, mail, reply)
     select practice_id, id, user_id, 'welcome', '550' from deliveries where template = 'practice-welcome'`,
  );
const told = async () =>
  (
    await product.database.query<{ practice_id: string }>(
      'select practice_id from delivery_failures where told_at is not null',
    )
  ).map((row) => row.practice_id);
const toTell = async () =>
  (await product.database.query<{ practice_id: string }>('select practice_id from practices_to_tell()')).map(
    (row) => row.practice_id,
  );

describe('a round of telling administrators what failed', () => {
  it('tells every other practice when one cannot be told, wherever that one stands', async () => {
    await product.database.query(`create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'not this one'; end $$`);
    for (const broken of tenants) {
      await product.database.query(`create trigger refuse before update on delivery_failures for each row
        when (new.practice_id = '${broken}') execute function refuse()`);
      await failEach();
      await product.worker?.get(FailureReports).run();
      expect((await told()).toSorted()).toEqual(tenants.filter((tenant) => tenant !== broken).toSorted());
      expect(await toTell()).toEqual([broken]);
      await product.database.query('drop trigger refuse on delivery_failures');
      await product.database.query('delete from delivery_failures');
    }
  });

  it('does not so much as ask those that were told within ten minutes', async () => {
    await failEach();
    await product.worker?.get(FailureReports).run();
    expect(await toTell()).toEqual([]);
    await product.database.query(
      `with another as (
         insert into deliveries (practice_id, id, template, user_id, recipient, locale, time_zone, facts, deadline_at)
         select practice_id, gen_random_uuid(), template, user_id, recipient, locale, time_zone, facts, deadline_at
         from deliveries where template = 'practice-welcome' returning practice_id, id, user_id
       ) insert into delivery_failures (practice_id, delivery_id, user_id, mail, reply)
         select practice_id, id, user_id, 'welcome', '550' from another`,
    );
    expect(await toTell()).toEqual([]);
  });
});

it('those who are told are active, however many were administrators once', async () => {
  const practice = await openPractice(product);
  const { userId } = practice.administrator;
  await crowd(product, userId, 'former', 55);
  const [late] = await crowd(product, userId, 'late', 1);
  await product.database.query(
    `insert into user_roles (practice_id, user_id, role_key) select practice_id, id, 'administrator' from users
     where username like 'former%' or username like 'late%' order by username`,
  );
  await product.database.query("update users set status = 'deactivated' where username like 'former%'");
  const mailsToLate = async () =>
    (
      await product.database.query<{ template: string }>(
        'select template from deliveries where user_id = $1 order by template',
        [late?.id],
      )
    ).map(({ template }) => template);
  await product.database.query('delete from delivery_failures');
  await failEach();
  await product.worker?.get(FailureReports).run();
  expect(await mailsToLate()).toEqual(['delivery-failed']);

  const { headers } = await asAdministrator(product, practice);
  const [next] = await crowd(product, userId, 'next', 1);
  await product.http
    .patch(`/api/v1/users/${next?.id}`)
    .set(headers)
    .send({ roles: ['administrator'] })
    .expect(200);
  expect(await mailsToLate()).toEqual(['administrator-changed', 'delivery-failed']);
});
