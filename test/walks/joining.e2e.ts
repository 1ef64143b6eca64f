import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Upkeep } from '../../apps/worker/upkeep.js';
import { credentialIn, lineAfter, nextMail } from '../support/mail.js';
import { ANSWER, NEW_PASSWORD, openPractice, PASSWORD, signIn } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

describe('opening a practice', () => {
  it('mails Practice ID and username to whoever opened it, and the first sign-in confirms it', async () => {
    const { practiceId, administrator } = await openPractice(product);
    expect(practiceId).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
    const mail = await nextMail(product.mailbox, administrator.email, 'practice-welcome');
    expect(lineAfter(mail, 'Username:')).toBe('ada');
    expect(mail.text).not.toContain(PASSWORD);
    const { body } = await product.http.get('/api/v1/practice').set(administrator.headers).expect(200);
    expect(body).toMatchObject({ practiceId, timeZone: 'Europe/Madrid' });
    expect(body.advice.map(({ code }: { code: string }) => code)).toContain('single_administrator');
  });
});

describe('a practice that nobody confirms', () => {
  it('is gone after a week, for the sign-in at once and for good after the worker has been there', async () => {
    const email = 'late@elm.example';
    const administrator = { username: 'ada', displayName: 'Ada Lindqvist', email, password: PASSWORD };
    const request = { name: 'Late Dental', administrator };
    await product.http.post('/api/v1/practices').send(request).expect(202);
    const mail = await nextMail(product.mailbox, email, 'practice-welcome');
    await product.http.post('/api/v1/practices').send(request).expect(202);
    await product.advance(7 * 86_400 + 60);
    const practiceId = lineAfter(mail, 'Practice ID:');
    await product.http
      .post('/api/v1/sessions')
      .send({ practiceId, username: 'ada', password: PASSWORD })
      .expect(401);
    await product.worker?.get(Upkeep).run();
    const [left] = await product.database.query(
      "select count(*)::int as n from practices where name = 'Late Dental'",
    );
    expect(left).toEqual({ n: 0 });
    expect(product.mailbox.messages({ to: email, limit: 10 })).toHaveLength(1);
  });
});

describe('adding a user', () => {
  it('mails username and temporary password, and never the Practice ID', async () => {
    const { practiceId, administrator } = await openPractice(product);
    const created = await product.http
      .post('/api/v1/users')
      .set(administrator.headers)
      .send({ username: 'Bea', displayName: 'Bea Ortiz', email: 'bea@elm.example', roles: ['staff'] })
      .expect(201);
    expect(created.body).toMatchObject({ username: 'bea', status: 'invited', roles: ['staff'] });
    expect(created.headers['location']).toBe(`/api/v1/users/${created.body.id}`);
    expect(created.headers['etag']).toBe('"1"');
    const mail = await nextMail(product.mailbox, 'bea@elm.example', 'member-welcome');
    expect(lineAfter(mail, 'Username:')).toBe('bea');
    for (const form of [practiceId, practiceId.replace('-', ''), practiceId.toLowerCase()]) {
      expect(JSON.stringify(mail)).not.toContain(form);
    }
    const credential = credentialIn(mail);
    const restricted = await signIn(product, practiceId, 'bea', credential);
    expect(restricted.body).toMatchObject({ passwordChangeRequired: true, permissions: [] });
    await product.http.get('/api/v1/practice').set(restricted.headers).expect(403);
    await product.http
      .put('/api/v1/me/password')
      .set(restricted.headers)
      .send({
        currentPassword: credential,
        newPassword: NEW_PASSWORD,
        securityQuestionId: 'first-teacher',
        securityAnswer: ANSWER,
      })
      .expect(204);
    await product.http.get('/api/v1/sessions/current').set(restricted.headers).expect(401);
    const own = await signIn(product, practiceId, 'bea', NEW_PASSWORD);
    expect(own.body).toMatchObject({ passwordChangeRequired: false, permissions: ['practice:read'] });
    await nextMail(product.mailbox, 'bea@elm.example', 'password-changed');
  });
});
