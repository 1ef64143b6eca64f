import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Upkeep } from '../../apps/worker/upkeep.js';
import { nextMail } from '../support/mail.js';
import { asAdministrator, invite, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { expectFault, expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { resetsOf } from '../support/recovery.js';
import { someoneWaits } from '../support/waiting.js';

const DAY = 86_400;
let product: Product;
let practice: OpenedPractice;
let headers: { authorization: string };
let member: Member;
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '100' } });
  practice = await openPractice(product);
  member = await join(product, practice);
  headers = (await asAdministrator(product, practice)).headers;
});
afterAll(() => product.stop());

let counter = 0;
const newPerson = () => {
  counter += 1;
  const username = `pia${counter}`;
  return { username, displayName: 'Pia Lund', email: `${username}@elm.example`, roles: ['staff'] };
};
const post = (path: string, key: string, body?: object, as = headers) =>
  product.http
    .post(`/api/v1${path}`)
    .set({ ...as, 'idempotency-key': key })
    .send(body);
const usersNamed = (username: string) =>
  product.database.query('select from users where username = $1', [username]);

describe('a POST with an Idempotency-Key', () => {
  it('is carried out once, and answered again with the same status, body, Location and ETag', async () => {
    const person = newPerson();
    const first = await post('/users', 'add-1', person);
    expect(first.status).toBe(201);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    const again = await post('/users', 'add-1', Object.fromEntries(Object.entries(person).toReversed()));
    expect(again.headers['idempotency-replayed']).toBe('true');
    const seen = ({ status, body, headers }: typeof first) => ({
      status,
      body,
      location: headers['location'],
      etag: headers['etag'],
      type: headers['content-type'],
    });
    expect(seen(again)).toEqual(seen(first));
    expect(await usersNamed(person.username)).toHaveLength(1);
    await nextMail(product.mailbox, person.email, 'member-welcome');
    expect(product.mailbox.messages({ to: person.email, limit: 5 })).toHaveLength(1);
  });

  it('starts no second reset, sends no second mail and retries no delivery twice', async () => {
    const before = (await resetsOf(product, headers, member.id)).length;
    const resets = await Promise.all([1, 2].map(() => post(`/users/${member.id}/password-reset`, 'reset-1')));
    const repeated = await post(`/users/${member.id}/password-reset`, 'reset-1');
    expect(repeated.status).toBe(202);
    expect(resets.map(({ status }) => status).toSorted((a, b) => a - b)[0]).toBe(202);
    expect(await resetsOf(product, headers, member.id)).toHaveLength(before + 1);

    const invited = await invite(product, practice);
    const welcomes = [
      await post(`/users/${invited.id}/welcome-email`, 'w'),
      await post(`/users/${invited.id}/welcome-email`, 'w'),
    ];
    expect(welcomes[1]?.body).toEqual(welcomes[0]?.body);
    expect(welcomes[1]?.headers['idempotency-replayed']).toBe('true');

    const id = invited.welcome.headers['x-latchkey-delivery'];
    const retries = [await post(`/deliveries/${id}/retry`, 'r'), await post(`/deliveries/${id}/retry`, 'r')];
    expect(retries.map(({ status }) => status)).toEqual([202, 202]);
    expect(retries[1]?.body).toEqual(retries[0]?.body);
  });

  it('is refused when the key came with another body or another person before', async () => {
    const person = newPerson();
    await post('/users', 'reused', person).expect(201);
    expectProblem(await post('/users', 'reused', newPerson()), 422, 'idempotency_key_reused');
    await post(`/users/${member.id}/password-reset`, 'reused-too').expect(202);
    const other = post(`/users/${practice.administrator.userId}/password-reset`, 'reused-too');
    expectProblem(await other, 422, 'idempotency_key_reused');
  });

  it('shares no key with another route, another user or another practice', async () => {
    await post('/users', 'mine', newPerson()).expect(201);
    await post(`/users/${member.id}/password-reset`, 'mine').expect(202);
    const colleague = await join(product, practice, ['administrator']);
    await post('/users', 'mine', newPerson(), colleague.session.headers).expect(201);
    const elsewhere = await openPractice(product);
    const person = newPerson();
    const there = await post('/users', 'mine', person, elsewhere.administrator.headers);
    expect([there.status, there.headers['idempotency-replayed']]).toEqual([201, undefined]);
  });

  it('may ask again after a refusal, which has changed nothing', async () => {
    const person = { ...newPerson(), roles: ['no-such-role'] };
    expectFault(await post('/users', 'again', person), '/roles', 'unknown_role');
    await post('/users', 'again', { ...person, roles: ['staff'] }).expect(201);
  });

  it.each(['', 'with space', 'ünïcode', 'x'.repeat(256)])('has a key that is a key: %j', async (key) => {
    const person = newPerson();
    const answer = product.http
      .post('/api/v1/users')
      .set(headers)
      .set('idempotency-key', Buffer.from(key).toString('latin1'));
    expectFault(await answer.send(person), '/Idempotency-Key');
    expect(await usersNamed(person.username)).toHaveLength(0);
  });

  it('means nothing at sign-in: each one opens a session', async () => {
    const body = {
      practiceId: practice.practiceId,
      username: 'ada',
      password: PASSWORD,
      transport: 'bearer',
    };
    const open = () => product.http.post('/api/v1/sessions').set('idempotency-key', 'same').send(body);
    const [one, two] = [await open().expect(201), await open().expect(201)];
    expect(one.body.token).not.toBe(two.body.token);
    expect(two.headers).not.toHaveProperty('idempotency-replayed');
  });

  it('is answered by nobody who may not ask any more', async () => {
    const clerk = await join(product, practice, ['administrator']);
    const person = newPerson();
    await post('/users', 'clerk', person, clerk.session.headers).expect(201);
    const demoted = product.http
      .patch(`/api/v1/users/${clerk.id}`)
      .set(headers)
      .send({ roles: ['staff'] });
    await demoted.expect(200);
    expectProblem(await post('/users', 'clerk', person, clerk.session.headers), 403, 'forbidden');
  });
});

describe('a request that is under way', () => {
  /** Holds up whoever adds this person, until the rival lets go. */
  async function whileHeldUp<T>(username: string, work: (rival: Client) => Promise<T>): Promise<T> {
    const rival = new Client({ connectionString: product.database.adminUrl });
    await rival.connect();
    try {
      await rival.query('begin');
      await rival.query(
        `insert into users (practice_id, id, username, display_name, email, locale, status)
         select practice_id, gen_random_uuid(), $1, 'R', 'r@elm.example', 'en', 'invited' from users where id = $2`,
        [username, member.id],
      );
      return await work(rival);
    } finally {
      await rival.end();
    }
  }
  it('refuses its repetition at once, and answers it when it is done', async () => {
    const person = newPerson();
    const first = await whileHeldUp(person.username, async (rival) => {
      const pending = Promise.resolve(post('/users', 'slow', person));
      await someoneWaits(product);
      const meanwhile = await post('/users', 'slow', person);
      expectProblem(meanwhile, 409, 'idempotency_in_flight');
      await rival.query('rollback');
      return pending;
    });
    expect(first.status).toBe(201);
    const again = await post('/users', 'slow', person);
    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
  });

  it('leaves nothing when its connection dies, and is carried out when it comes again', async () => {
    const person = newPerson();
    const broken = await whileHeldUp(person.username, async (rival) => {
      const pending = Promise.resolve(post('/users', 'killed', person));
      await rival.query('select pg_terminate_backend($1)', [await someoneWaits(product)]);
      return pending;
    });
    expectProblem(broken, 503, 'overloaded');
    expect(await usersNamed(person.username)).toHaveLength(0);
    const again = await post('/users', 'killed', person);
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, undefined]);
  });
});

describe('a kept answer', () => {
  it('cannot be read in the database', async () => {
    const person = newPerson();
    await post('/users', 'readable?', person).expect(201);
    const rows = await product.database.query<{ row: string }>('select k::text as row from kept_answers k');
    expect(rows.length).toBeGreaterThan(0);
    // Each has a character that base64url lacks: what is sealed may hold any three letters.
    for (const { row } of rows) expect(row).not.toMatch(/Pia Lund|@elm\.example|readable\?|\/users/);
  });

  it('is of no use under another key, for another user or another practice', async () => {
    const person = newPerson();
    await post('/users', 'origin', person).expect(201);
    await post('/users', 'target', newPerson()).expect(201);
    const [newest] = await product.database.query<{ sealed: string }>(
      'select sealed from kept_answers order by created_at desc offset 1 limit 1',
    );
    await product.database.query(
      `update kept_answers set sealed = $1
       where created_at = (select max(created_at) from kept_answers)`,
      [newest?.sealed],
    );
    expectProblem(await post('/users', 'target', person), 422, 'idempotency_key_reused');
  });

  it('is forgotten after 24 hours by the database’s clock', async () => {
    const person = newPerson();
    await post('/users', 'daily', person).expect(201);
    await product.advance(DAY + 1);
    ({ headers } = await asAdministrator(product, practice));
    expectProblem(await post('/users', 'daily', person), 409, 'username_taken');
    await product.worker?.get(Upkeep).run();
    expect(await product.database.query('select from kept_answers')).toHaveLength(0);
  });
});
