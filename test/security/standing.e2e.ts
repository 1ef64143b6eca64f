import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { credentialIn, nextMail } from '../support/mail.js';
import { asAdministrator, defineRole, invite, join } from '../support/people.js';
import { ANSWER, NEW_PASSWORD, type OpenedPractice, openPractice, signIn } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, resetIn, resetsOf } from '../support/recovery.js';

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

describe('a stranger who knows a name', () => {
  it('cannot use up the mails that an administrator may send', async () => {
    const member = await join(product, practice);
    await product.advance(4_000);
    const { practiceId } = practice;
    for (let asked = 0; asked < 3; asked += 1) {
      await answerQuestion(product, { practiceId, username: member.username, answer: ANSWER });
      await product.advance(310);
    }
    const { headers } = await asAdministrator(product, practice);
    expect(await resetsOf(product, headers, member.id)).not.toHaveLength(0);
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
  });
});

describe('whoever holds a session', () => {
  it('leaves a trace for each wrong guess at the current password', async () => {
    const member = await join(product, practice);
    const answer = await product.http
      .put('/api/v1/me/password')
      .set(member.session.headers)
      .send({ currentPassword: 'a wrong guess at it', newPassword: 'another quiet river at night' });
    expectProblem(answer, 401, 'invalid_credentials');
    const { headers } = await asAdministrator(product, practice);
    const { body } = await product.http
      .get('/api/v1/audit-events')
      .query({ action: 'password.refused', targetId: member.id })
      .set(headers)
      .expect(200);
    expect(body.items).toMatchObject([{ outcome: 'refused', changes: { count: 1 } }]);
  });
});

describe('a mailbox that is no longer the owner’s', () => {
  it('keeps no restricted session when the address changes', async () => {
    const member = await join(product, practice);
    const { headers } = await asAdministrator(product, practice);
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
    const mail = await nextMail(product.mailbox, member.email, 'temporary-credential');
    const restricted = await signIn(product, practice.practiceId, member.username, credentialIn(mail));
    await product.http
      .patch(`/api/v1/users/${member.id}`)
      .set(headers)
      .send({ email: `moved-${member.email}` })
      .expect(200);
    await product.http.get('/api/v1/sessions/current').set(restricted.headers).expect(401);
    await resetIn(product, headers, member.id, 'cancelled');
    await signIn(product, practice.practiceId, member.username, NEW_PASSWORD);
  });
});

describe('a role that may add users', () => {
  it('cannot send a new temporary password to an invited administrator', async () => {
    const { headers, userId } = await asAdministrator(product, practice);
    await defineRole(product, userId, 'front-desk', ['user:create', 'user:read', 'practice:read']);
    const clerk = await join(product, practice, ['front-desk']);
    const chosen = await invite(product, practice, ['administrator']);
    const refused = await product.http
      .post(`/api/v1/users/${chosen.id}/welcome-email`)
      .set(clerk.session.headers);
    expectProblem(refused, 403, 'forbidden');
    await product.http.post(`/api/v1/users/${chosen.id}/welcome-email`).set(headers).expect(202);
  });
});

describe('a welcome that fails', () => {
  it('leaves the credential alone that another mail has delivered', async () => {
    const invited = await invite(product, practice);
    const [late] = await product.database.query<{ id: string }>(
      `with late as (
         insert into deliveries select (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(),
           'state', 'queued', 'deadline_at', app_now() - interval '1 hour'))).* from deliveries d
         where d.user_id = $1 and d.template = 'member-welcome' returning practice_id, id
       ) insert into outbox (practice_id, delivery_id, job) select practice_id, id, 'welcome-email' from late
         returning delivery_id as id`,
      [invited.id],
    );
    await vi.waitFor(
      async () => {
        const [row] = await product.database.query('select state from deliveries where id = $1', [late?.id]);
        expect(row).toEqual({ state: 'failed' });
      },
      { timeout: 5_000, interval: 50 },
    );
    const restricted = await signIn(product, practice.practiceId, invited.username, invited.credential);
    expect(restricted.body).toMatchObject({ passwordChangeRequired: true });
  });
});
