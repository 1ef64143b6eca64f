import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '#contract';
import { type ChoosyMailServer, openChoosyMailServer } from '../support/choosy-mail-server.js';
import { credentialIn, nextMail } from '../support/mail.js';
import { asAdministrator, defineRole, invite, join, setOwnPassword } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, signIn } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, resetIn, resetsOf } from '../support/recovery.js';

let server: ChoosyMailServer;
let product: Product;
let practice: OpenedPractice;
let headers: { authorization: string };
beforeAll(async () => {
  server = await openChoosyMailServer();
  product = await startProduct({ env: { SMTP_URL: server.url } });
  server.target = product.mailbox.url;
  practice = await openPractice(product);
  headers = (await asAdministrator(product, practice)).headers;
});
afterAll(async () => {
  await product.stop();
  await server.stop();
});

const erase = (id: string, as = headers) => product.http.post(`/api/v1/users/${id}/erasure`).set(as);
const patch = (id: string, body: object) => product.http.patch(`/api/v1/users/${id}`).set(headers).send(body);

/** Columns of tenant tables that hold any of the values, in whatever form they are stored. */
async function placesOf(values: readonly string[]): Promise<string[]> {
  const columns = await product.database.query<{ relation: string; name: string }>(
    `select c.relname as relation, a.attname as name from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     join pg_type t on t.oid = a.atttypid
     where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
       and exists (select from pg_attribute p where p.attrelid = c.oid and p.attname = 'practice_id')
       and (t.typcategory = 'S' or t.typname in ('json', 'jsonb', 'bytea') or t.typcategory = 'A')`,
  );
  expect(columns.length).toBeGreaterThan(40);
  const places: string[] = [];
  for (const { relation, name } of columns) {
    const found = await product.database.query<{ value: string }>(
      `select value from ${relation}, unnest($1::text[]) as value
       where strpos(lower(${relation}."${name}"::text), lower(value)) > 0
         or strpos(${relation}."${name}"::text, encode(convert_to(value, 'UTF8'), 'hex')) > 0 limit 1`,
      [values],
    );
    if (found.length > 0) places.push(`${relation}.${name}`);
  }
  return places.toSorted();
}

/** Somebody of whom there are traces everywhere: colleagues' mails, a refused one, an earlier name and address. */
async function somebodyKnown() {
  const post = (path: string, as: { authorization: string }, body = {}) =>
    product.http.post(`/api/v1/users${path}`).set(as).send(body);
  const first = { displayName: 'Ottoline "Otto" Quay', email: 'otto@quay.example' };
  const second = { displayName: 'Ottoline Marsh', email: 'ottoline@marsh.example' };
  const added = await post('', headers, { ...first, username: 'ottoline', roles: ['administrator'] });
  const { id, username } = added.body;
  const welcome = await nextMail(product.mailbox, first.email, 'member-welcome');
  await setOwnPassword(product, practice, { username }, credentialIn(welcome));
  const session = await signIn(product, practice.practiceId, username, NEW_PASSWORD);
  // Colleagues' mails name them: as whoever added, as whoever reset, as one of the administrators.
  const nell = { username: 'nell', displayName: 'Nell Comer', email: 'nell@quay.example', roles: ['staff'] };
  const colleague = await post('', session.headers, nell);
  await nextMail(product.mailbox, nell.email, 'member-welcome');
  await patch(id, second).expect(200);
  await post(`/${colleague.body.id}/password-reset`, session.headers).expect(202);
  // So do mails about the trail, and what is asked for there.
  await product.http.patch('/api/v1/audit-retention').set(session.headers).send({ years: 10 }).expect(200);
  await product.http.patch('/api/v1/audit-retention').set(session.headers).send({ years: 8 }).expect(200);
  server.refusals.set(second.email, `550 5.1.1 <${second.email}> ${username} has left us`);
  await post(`/${id}/password-reset`, headers).expect(202);
  await resetIn(product, headers, id, 'failed');
  await nextMail(product.mailbox, practice.administrator.email, 'delivery-failed');
  server.refusals.clear();
  return { id, session, ...second, values: [username, ...Object.values(first), ...Object.values(second)] };
}

describe('erasure', () => {
  it('leaves no name, username or address of the person in any table of the practice', async () => {
    const person = await somebodyKnown();
    expect(await placesOf(person.values)).toEqual([
      'audit_personal.shown',
      'deliveries.facts',
      'deliveries.recipient',
      'delivery_attempts.reply',
      'delivery_failures.reply',
      'users.display_name',
      'users.email',
      'users.mailbox',
      'users.username',
    ]);
    const { body } = await erase(person.id).send({}).expect(202);
    expect(body).toEqual({ userId: person.id, erasedAt: expect.stringMatching(/Z$/) });
    const notice = await nextMail(product.mailbox, person.email, 'account-erased');
    expect(notice.text).toContain('Ada Lindqvist erased your account');
    await expect.poll(() => placesOf(person.values), { timeout: 5_000 }).toEqual([]);

    expectProblem(
      await product.http.get('/api/v1/sessions/current').set(person.session.headers),
      401,
      'unauthenticated',
    );
    expectProblem(await product.http.get(`/api/v1/users/${person.id}`).set(headers), 404, 'not_found');
    expectProblem(await patch(person.id, { status: 'active' }), 404, 'not_found');
    const reset = product.http.post(`/api/v1/users/${person.id}/password-reset`).set(headers);
    expectProblem(await reset, 404, 'not_found');
    const users = await product.http.get('/api/v1/users').query({ limit: 200 }).set(headers).expect(200);
    expect(users.text).not.toContain(person.id);
    const resets = await resetsOf(product, headers, person.id);
    expect(resets).toMatchObject([{ state: 'failed', username: 'erased' }]);
    expect((await erase(person.id).expect(202)).body).toEqual(body);
    const events = await product.http
      .get('/api/v1/audit-events')
      .query({ targetId: person.id, action: 'user.erased' })
      .set(headers)
      .expect(200);
    expect(events.body.items).toHaveLength(1);
    expect(events.body.items[0].changes).toEqual({ before: ['administrator'], after: [] });
    const { body: chain } = await product.http
      .get('/api/v1/audit-events/verification')
      .set(headers)
      .expect(200);
    expect(chain.intact).toBe(true);
  });

  it('frees the username, and nobody signs in or asks for a reset with what is left', async () => {
    const member = await join(product, practice);
    await erase(member.id).expect(202);
    const { practiceId } = practice;
    for (const username of [member.username, `erased:${member.id}`]) {
      const attempt = product.http
        .post('/api/v1/sessions')
        .send({ practiceId, username, password: NEW_PASSWORD });
      expectProblem(await attempt, 401, 'invalid_credentials');
      await answerQuestion(product, { practiceId, username });
    }
    expect(await resetsOf(product, headers, member.id)).toEqual([]);
    const { username } = member;
    const again = { username, displayName: 'Somebody Else', email: 'else@quay.example', roles: ['staff'] };
    await product.http.post('/api/v1/users').set(headers).send(again).expect(201);
  });

  it('withdraws what has not been sent, and what was sent cannot be sent again', async () => {
    const invited = await invite(product, practice);
    const deliveries = async (state: string) => {
      const query = { userId: invited.id, state };
      return (await product.http.get('/api/v1/deliveries').query(query).set(headers).expect(200)).body.items;
    };
    await product.stopWorker();
    await product.http.post(`/api/v1/users/${invited.id}/welcome-email`).set(headers).expect(202);
    await erase(invited.id).expect(202);
    expect(await deliveries('cancelled')).toHaveLength(1);
    await product.startWorker();
    await nextMail(product.mailbox, invited.email, 'account-erased');
    for (const { id } of await deliveries('accepted')) {
      expectProblem(
        await product.http.post(`/api/v1/deliveries/${id}/retry`).set(headers),
        409,
        'delivery_final',
      );
    }
    const mails = product.mailbox.messages({ to: invited.email, limit: 50 });
    expect(mails.map((mail) => mail.headers['x-latchkey-template'])).toEqual([
      'account-erased',
      'member-welcome',
    ]);
  });

  it('takes back an answer that was accepted and not carried out yet', async () => {
    const member = await join(product, practice);
    await product.stopWorker();
    await answerQuestion(product, { practiceId: practice.practiceId, username: member.username });
    await erase(member.id).expect(202);
    await product.startWorker();
    await nextMail(product.mailbox, member.email, 'account-erased');
    const waiting = () => product.database.query('select 1 from given_answers');
    await expect.poll(waiting, { timeout: 5_000 }).toEqual([]);
    expect(await resetsOf(product, headers, member.id)).toEqual([]);
  });

  it('is refused for oneself, for the last administrator, for a higher role, and without permission', async () => {
    const own = await openPractice(product);
    const { headers: administrator, userId } = own.administrator;
    await defineRole(product, userId, 'clerk', [
      'practice:read',
      'user:read',
      'user:update',
      'user:reset-password',
    ]);
    const clerk = await join(product, own, ['clerk']);
    const staff = await join(product, own);
    expectProblem(await erase(userId, administrator), 409, 'own_account');
    expectProblem(await erase(userId, clerk.session.headers), 403, 'forbidden');
    expectProblem(await erase(clerk.id, staff.session.headers), 403, 'forbidden');
    expectProblem(await erase(staff.id, administrator).send({ force: true }), 422, 'validation_failed');
    await erase(staff.id, clerk.session.headers).expect(202);
    await defineRole(product, userId, 'peer', Object.keys(PERMISSIONS));
    const peer = await join(product, own, ['peer']);
    expectProblem(await erase(userId, peer.session.headers), 409, 'last_administrator');
    await product.http.get(`/api/v1/users/${userId}`).set(administrator).expect(200);
  });

  it('of both administrators by each other at the same time leaves one', async () => {
    const own = await openPractice(product);
    const second = await join(product, own, ['administrator']);
    const answers = await Promise.all([
      erase(second.id, own.administrator.headers),
      erase(own.administrator.userId, second.session.headers),
    ]);
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses[0]).toBe(202);
    expect([401, 403, 409]).toContain(statuses[1]);
  });
});
