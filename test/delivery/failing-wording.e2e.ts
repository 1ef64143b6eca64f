import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WordingThreads } from '../../libs/wording/wording-threads.js';
import { type Mail, mailsTo, nextMail } from '../support/mail.js';
import { invite } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { OUR_WELCOME as OURS } from '../support/wording.js';

const NAME = 'member-welcome';
let product: Product;
let practice: OpenedPractice;
let headers: { authorization: string };
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  ({ headers } = practice.administrator);
});
afterAll(() => product.stop());

const put = (body: object) => product.http.put(`/api/v1/templates/${NAME}`).set(headers).send(body);
const failures = async () => {
  const { body } = await product.http
    .get('/api/v1/audit-events?action=template.failed')
    .set(headers)
    .expect(200);
  return body.items as object[];
};

// Nobody can save these: they stand for what a later version of the rules would refuse, or a fault of ours.
const SLOW = `${'{{#each @root.administrators}}'.repeat(24)}x${'{{/each}}'.repeat(24)}`;
const plant = async (html: string) => {
  await put(OURS).expect(200);
  await product.database.query(
    `update own_wording_versions v set html = $1 from own_wordings w where w.practice_id = v.practice_id
       and w.name = v.name and w.locale = v.locale and w.number = v.number`,
    [html],
  );
};
/** The more there are, the longer SLOW takes. */
async function addAdministrators(names: readonly string[]): Promise<void> {
  for (const name of names) {
    await product.database.query(
      `insert into users (practice_id, id, username, display_name, email, locale, status)
       select practice_id, gen_random_uuid(), $2, $2, $2 || '@elm.example', 'en', 'active' from users where id = $1`,
      [practice.administrator.userId, name],
    );
    await product.database.query(
      `insert into user_roles (practice_id, user_id, role_key)
       select practice_id, id, 'administrator' from users where username = $1`,
      [name],
    );
  }
}
const flagged = async () => {
  const { body } = await product.http.get('/api/v1/templates').set(headers).expect(200);
  return body.items.find(
    (item: { name: string; locale: string }) => item.name === NAME && item.locale === 'en',
  );
};

it('gives way to the built-in one, is flagged once, and works again once it is saved', async () => {
  await plant('<p>{{credential}} {{username}} {{nothing}}</p>');
  const mails: Mail[] = [
    (await invite(product, practice)).welcome,
    (await invite(product, practice)).welcome,
  ];
  for (const { text } of mails) expect(text).toMatch(/^Hello /);
  await vi.waitFor(async () => expect((await flagged()).failing?.reason).toContain('nothing'));
  expect(await failures()).toHaveLength(1);
  await put(OURS).expect(200);
  expect((await flagged()).failing).toBeNull();
  expect((await invite(product, practice)).welcome.text).toMatch(/^Dear /);
});

it('gives way when it leaves out what the mail must say', async () => {
  await plant('<p>Nothing at all</p>');
  expect((await invite(product, practice)).welcome.text).toMatch(/^Hello /);
  await put(OURS).expect(200);
});

it('delays neither its own mails nor those of another practice when it never ends', async () => {
  const other = await openPractice(product);
  await product.http.put(`/api/v1/templates/${NAME}`).set(other.administrator.headers).send(OURS).expect(200);
  await addAdministrators(['ana', 'tom', 'lee', 'kim']);
  await plant(`<p>{{credential}} {{username}}</p>${SLOW}`);
  const add = (of: { headers: object }, username: string) =>
    product.http
      .post('/api/v1/users')
      .set(of.headers as { authorization: string })
      .send({ username, displayName: 'Bo', email: `${username}@elm.example`, roles: ['staff'] })
      .expect(201);
  await Promise.all(Array.from({ length: 12 }, (_, index) => add({ headers }, `slow${index}`)));
  const startedAt = performance.now();
  await add(other.administrator, 'quick');
  const mail = await nextMail(product.mailbox, 'quick@elm.example', NAME);
  expect(mail.text).toMatch(/^Dear /);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  for (const index of Array.from({ length: 12 }).keys()) {
    expect((await mailsTo(product, `slow${index}@elm.example`, NAME))[0]?.text).toMatch(/^Hello /);
  }
  // Twelve at once and the practice's only thread: not all of them were tried.
  await vi.waitFor(
    async () => {
      expect((await invite(product, practice)).welcome.text).toMatch(/^Hello /);
      expect((await flagged()).failing?.reason).toContain('too much time');
    },
    { timeout: 20_000, interval: 10 },
  );
  await put(OURS).expect(200);
}, 60_000);

it('is not given up for one time-out: the machine may have been slow', async () => {
  const own = await openPractice(product);
  ({ headers } = own.administrator);
  practice = own;
  await addAdministrators(['uma', 'vic', 'wes', 'xia']);
  await plant(`<p>{{credential}} {{username}}</p>${SLOW}`);
  for (const failing of [null, null, { reason: expect.stringContaining('too much time') }]) {
    expect((await invite(product, practice)).welcome.text).toMatch(/^Hello /);
    expect((await flagged()).failing).toEqual(failing && expect.objectContaining(failing));
  }
});

it('is not flagged by a worker that stops: its mails were not tried, and go out in its words by another', async () => {
  await put(OURS).expect(200);
  await product.worker?.get(WordingThreads).close();
  const person = { username: 'patient', displayName: 'Pat', email: 'patient@elm.example', roles: ['staff'] };
  await product.http.post('/api/v1/users').set(headers).send(person).expect(201);
  const tried = `select d.state, o.attempts from deliveries d join outbox o on o.delivery_id = d.id
    where d.recipient = $1`;
  await vi.waitFor(
    async () =>
      expect(await product.database.query(tried, [person.email])).toEqual([
        { state: 'deferred', attempts: 0 },
      ]),
    10_000,
  );
  await product.stopWorker();
  await product.startWorker();
  await product.advance(60);
  expect((await nextMail(product.mailbox, person.email, NAME)).text).toMatch(/^Dear /);
  expect((await flagged()).failing).toBeNull();
});
