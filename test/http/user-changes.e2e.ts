import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialIn, nextMail } from '../support/mail.js';
import { asAdministrator, invite, join } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, signIn } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { resetIn } from '../support/recovery.js';

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const administrator = async (of = practice) => (await asAdministrator(product, of)).headers;
const patch = (headers: { authorization: string }, id: string, body: object) =>
  product.http.patch(`/api/v1/users/${id}`).set(headers).send(body);
const attempt = (username: string, password: string) =>
  product.http.post('/api/v1/sessions').send({ practiceId: practice.practiceId, username, password });

describe('changing a user', () => {
  it('answers the whole user and a new ETag, and honours If-Match', async () => {
    const headers = await administrator();
    const { id } = await invite(product, practice);
    const { headers: before } = await product.http.get(`/api/v1/users/${id}`).set(headers).expect(200);
    const etag = before['etag'] ?? '';
    const changed = await patch(headers, id, { displayName: 'Cleo Marsh' }).set('if-match', etag);
    expect([changed.status, changed.body.displayName]).toEqual([200, 'Cleo Marsh']);
    expect(changed.headers['etag']).not.toBe(etag);
    const weak = `W/${changed.headers['etag']}`;
    for (const stale of [etag, '"999"', 'junk', weak, '', `${etag}, ${weak}`]) {
      expectProblem(await patch(headers, id, { displayName: 'Lost' }).set('if-match', stale), 412, 'stale');
    }
    const either = `${etag} , ${changed.headers['etag']}`;
    const roles = await patch(headers, id, { roles: ['staff', 'auditor'] }).set('if-match', either);
    expect([roles.status, roles.body.roles, roles.body.displayName]).toEqual([
      200,
      ['auditor', 'staff'],
      'Cleo Marsh',
    ]);
    expect(roles.headers['etag']).not.toBe(changed.headers['etag']);
    await patch(headers, id, {}).set('if-match', '*').expect(200);
  });

  it('is seen before somebody is sent a temporary password: If-Match on what sends one', async () => {
    const headers = await administrator();
    const invited = await invite(product, practice);
    const member = await join(product, practice);
    for (const [id, path] of [
      [invited.id, 'welcome-email'],
      [member.id, 'password-reset'],
    ] as const) {
      const seen = await product.http.get(`/api/v1/users/${id}`).set(headers).expect(200);
      const changed = await patch(headers, id, { email: `elsewhere-${path}@elm.example` }).expect(200);
      const send = (tag = '') =>
        product.http.post(`/api/v1/users/${id}/${path}`).set({ ...headers, 'if-match': tag });
      expectProblem(await send(seen.headers['etag']), 412, 'stale');
      expect((await send(changed.headers['etag'])).status).toBe(202);
    }
  });

  it('takes effect on what somebody may do at once', async () => {
    const member = await join(product, practice);
    const read = () => product.http.get('/api/v1/audit-events').set(member.session.headers);
    expectProblem(await read(), 403, 'forbidden');
    await patch(await administrator(), member.id, { roles: ['auditor'] }).expect(200);
    expect((await read()).status).toBe(200);
  });
});

describe('a new email address', () => {
  it('ends the live temporary password and is told to the old and to the new mailbox', async () => {
    const member = await join(product, practice);
    const headers = await administrator();
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
    const mail = await nextMail(product.mailbox, member.email, 'temporary-credential');
    await resetIn(product, headers, member.id, 'sent');
    const email = `new.${member.email}`;
    await patch(headers, member.id, { email }).expect(200);
    expectProblem(await attempt(member.username, credentialIn(mail)), 401, 'invalid_credentials');
    await resetIn(product, headers, member.id, 'cancelled');
    const notices = await Promise.all(
      [member.email, email].map((to) => nextMail(product.mailbox, to, 'email-changed')),
    );
    for (const { text } of notices) expect(text).not.toContain(email);
    await attempt(member.username, NEW_PASSWORD).expect(201);
  });

  it('withdraws a mail that has not been sent yet', async () => {
    const member = await join(product, practice);
    const headers = await administrator();
    await product.stopWorker();
    const { body } = await product.http
      .post(`/api/v1/users/${member.id}/password-reset`)
      .set(headers)
      .expect(202);
    await patch(headers, member.id, { email: `new.${member.email}` }).expect(200);
    const [deliveryId] = body.deliveryIds;
    const delivery = await product.http.get(`/api/v1/deliveries/${deliveryId}`).set(headers).expect(200);
    expect(delivery.body).toMatchObject({ state: 'cancelled', attempts: [], nextAttemptAt: null });
    await product.startWorker();
    await nextMail(product.mailbox, member.email, 'email-changed');
    const mails = product.mailbox.messages({ to: member.email, limit: 50 });
    expect(mails.map((mail) => mail.headers['x-latchkey-template'])).not.toContain('temporary-credential');
  });
});

describe('deactivation', () => {
  it('ends sessions and the temporary password, and reactivation revives neither', async () => {
    const member = await join(product, practice);
    const headers = await administrator();
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
    const credential = credentialIn(await nextMail(product.mailbox, member.email, 'temporary-credential'));
    await resetIn(product, headers, member.id, 'sent');
    const { body } = await patch(headers, member.id, { status: 'deactivated' }).expect(200);
    expect(body).toMatchObject({ status: 'deactivated', temporaryPassword: null });
    const refused = async () => {
      const current = product.http.get('/api/v1/sessions/current').set(member.session.headers);
      expectProblem(await current, 401, 'unauthenticated');
      expectProblem(await attempt(member.username, credential), 401, 'invalid_credentials');
    };
    await refused();
    expectProblem(await attempt(member.username, NEW_PASSWORD), 401, 'invalid_credentials');
    await resetIn(product, headers, member.id, 'cancelled');
    await patch(headers, member.id, { status: 'active' }).expect(200);
    await refused();
  });

  it('cancels a reset also after its temporary password was used', async () => {
    const member = await join(product, practice);
    const headers = await administrator();
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
    const credential = credentialIn(await nextMail(product.mailbox, member.email, 'temporary-credential'));
    await attempt(member.username, credential).expect(201);
    await resetIn(product, headers, member.id, 'used');
    await patch(headers, member.id, { status: 'deactivated' }).expect(200);
    await resetIn(product, headers, member.id, 'cancelled');
  });

  it('of somebody who never signed in needs a new welcome afterwards', async () => {
    const invited = await invite(product, practice);
    const headers = await administrator();
    await patch(headers, invited.id, { status: 'deactivated' }).expect(200);
    const welcome = () => product.http.post(`/api/v1/users/${invited.id}/welcome-email`).set(headers);
    expectProblem(await welcome(), 409, 'user_deactivated');
    const { body } = await patch(headers, invited.id, { status: 'active' }).expect(200);
    expect(body.status).toBe('invited');
    expectProblem(await attempt(invited.username, invited.credential), 401, 'invalid_credentials');
    await welcome().expect(202);
    const mail = await nextMail(product.mailbox, invited.email, 'member-welcome', [invited.welcome]);
    expect(credentialIn(mail)).not.toBe(invited.credential);
  });
});

describe('the last administrator', () => {
  const demoted = { roles: ['staff'] };
  const deactivated = { status: 'deactivated' };

  it('cannot be demoted or deactivated; an invited administrator does not count', async () => {
    const own = await openPractice(product);
    const headers = await administrator(own);
    await invite(product, own, ['administrator']);
    const { userId } = own.administrator;
    for (const change of [demoted, deactivated]) {
      expectProblem(await patch(headers, userId, change), 409, 'last_administrator');
    }
    const { body } = await product.http.get(`/api/v1/users/${userId}`).set(headers).expect(200);
    expect(body).toMatchObject({ roles: ['administrator'], status: 'active' });
  });

  it('is not counted while the password is locked by a reset', async () => {
    const own = await openPractice(product);
    const headers = await administrator(own);
    const second = await join(product, own, ['administrator']);
    const reset = product.http.post(`/api/v1/users/${second.id}/password-reset`).set(headers);
    await reset.send({ lockNow: true }).expect(202);
    expectProblem(await patch(headers, own.administrator.userId, demoted), 409, 'last_administrator');
  });

  it.each([
    ['demote', demoted],
    ['deactivate', deactivated],
  ])('stays when two administrators %s each other at the same time', async (_verb, change) => {
    const own = await openPractice(product);
    const second = await join(product, own, ['administrator']);
    const [one, two] = [
      await administrator(own),
      (await signIn(product, own.practiceId, second.username, NEW_PASSWORD)).headers,
    ];
    const answers = await Promise.all([
      patch(one, second.id, change),
      patch(two, own.administrator.userId, change),
    ]);
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses[0]).toBe(200);
    expect([401, 403, 409]).toContain(statuses[1]);
    const [left] = await product.database.query<{ n: number }>(
      `select count(*)::int as n from user_roles r join users u using (practice_id) where u.id = r.user_id
         and u.status = 'active' and r.role_key = 'administrator' and u.email in ($1, $2)`,
      [own.administrator.email, second.email],
    );
    expect(left?.n).toBe(1);
  });

  it('stays when both administrators resign at the same time', async () => {
    const own = await openPractice(product);
    const second = await join(product, own, ['administrator']);
    const [one, two] = [
      await administrator(own),
      (await signIn(product, own.practiceId, second.username, NEW_PASSWORD)).headers,
    ];
    const answers = await Promise.all([
      patch(one, own.administrator.userId, demoted),
      patch(two, second.id, demoted),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });
});
