import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asAdministrator, join, type Member } from '../support/people.js';
import {
  NEW_PASSWORD,
  type OpenedPractice,
  openPractice,
  PASSWORD,
  type Session,
} from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { ORIGIN, type Product, startProduct } from '../support/product.js';
import { someoneWaits } from '../support/waiting.js';

const MINUTE = 60;
let product: Product;
let practice: OpenedPractice;
let member: Member;
let session: Session;
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '100' } });
  practice = await openPractice(product);
  member = await join(product, practice);
});
afterAll(() => product.stop());
beforeEach(async () => {
  session = await asAdministrator(product, practice);
  await setMinutes(session, 5);
});

const setMinutes = ({ headers }: Session, reauthenticateMinutes: number) =>
  product.http.patch('/api/v1/practice').set(headers).send({ policy: { reauthenticateMinutes } }).expect(200);
const confirm = (password = PASSWORD) =>
  product.http.post('/api/v1/sessions/current/reauthentication').set(session.headers).send({ password });

/** Some of what the policy protects. */
const calls = {
  'a reset': () => product.http.post(`/api/v1/users/${member.id}/password-reset`).set(session.headers),
  'another address': () => patchUser({ email: `moved${Math.random()}@elm.example` }),
  'other roles': () => patchUser({ roles: Math.random() < 0.5 ? ['auditor'] : ['auditor', 'staff'] }),
  'signing somebody out': () =>
    product.http.delete(`/api/v1/users/${member.id}/sessions`).set(session.headers),
  'the policy itself': () =>
    product.http
      .patch('/api/v1/practice')
      .set(session.headers)
      .send({ policy: { reauthenticateMinutes: 0 } }),
};
const patchUser = (body: object) =>
  product.http.patch(`/api/v1/users/${member.id}`).set(session.headers).send(body);

describe('with reauthenticateMinutes', () => {
  it.each(Object.entries(calls))('%s wants a password proved within them', async (_name, call) => {
    await product.advance(4 * MINUTE);
    await product.http.get('/api/v1/practice').set(session.headers).expect(200);
    await product.advance(2 * MINUTE);
    const before = await product.database.query('select version, updated_at from users order by id');
    expectProblem(await call(), 403, 'reauthentication_required');
    expect(await product.database.query('select version, updated_at from users order by id')).toEqual(before);
    await confirm().expect(204);
    expect((await call()).status).toBeLessThan(300);
  });

  it('a sign-in counts, a wrong password does not, and another session’s proof neither', async () => {
    expect((await calls['a reset']()).status).toBe(202);
    await product.advance(6 * MINUTE);
    expectProblem(await confirm(NEW_PASSWORD), 401, 'invalid_credentials');
    await asAdministrator(product, practice);
    expectProblem(await calls['a reset'](), 403, 'reauthentication_required');
  });

  it('names and languages stay free, and so does the same address again', async () => {
    await product.advance(6 * MINUTE);
    const { body } = await patchUser({ displayName: 'Mara', locale: 'es' }).expect(200);
    await patchUser({ email: body.email, roles: body.roles }).expect(200);
  });

  it('ending another session of one’s own wants it, too; signing out does not (ASVS 7.5.2)', async () => {
    await product.advance(6 * MINUTE);
    const { body } = await product.http.get('/api/v1/sessions').set(session.headers).expect(200);
    const end = () => product.http.delete(`/api/v1/sessions/${body.items.at(-1).id}`).set(session.headers);
    expectProblem(await end(), 403, 'reauthentication_required');
    await product.http.delete('/api/v1/sessions/current').set(session.headers).expect(204);
  });

  it('who may not do it at all is told that, and not asked for a password', async () => {
    const clerk = await join(product, practice);
    await product.advance(6 * MINUTE);
    const reset = product.http.post(`/api/v1/users/${member.id}/password-reset`).set(clerk.session.headers);
    expectProblem(await reset, 403, 'forbidden');
  });

  it('is told in the description of the API', async () => {
    const { body } = await product.http.get('/api/openapi.json').expect(200);
    const marked = Object.entries<Record<string, object>>(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) =>
        'x-reauthentication' in operation ? [`${method} ${path}`] : [],
      ),
    );
    expect(marked).toEqual(
      expect.arrayContaining(['post /api/v1/users/{id}/password-reset', 'patch /api/v1/users/{id}']),
    );
  });
});

describe('a change of the policy', () => {
  it('holds at once, for sessions that are open', async () => {
    await setMinutes(session, 0);
    await product.advance(6 * MINUTE);
    expect((await calls['a reset']()).status).toBe(202);
    await setMinutes(session, 5);
    expectProblem(await calls['a reset'](), 403, 'reauthentication_required');
  });

  it('holds for a request that is under way', async () => {
    await setMinutes(session, 60);
    await product.advance(6 * MINUTE);
    const rival = new Client({ connectionString: product.database.adminUrl });
    await rival.connect();
    await rival.query('begin');
    await rival.query('select from users where id = $1 for update', [member.id]);
    const pending = Promise.resolve(calls['a reset']());
    await someoneWaits(product);
    await rival.query(
      `update practices set policy = policy || '{"reauthenticateMinutes": 5}' where practice_id
         = (select practice_id from users where id = $1)`,
      [member.id],
    );
    await rival.query('commit');
    await rival.end();
    expectProblem(await pending, 403, 'reauthentication_required');
  });
});

describe('proving the password again in a browser', () => {
  it('brings a new token; the one before serves what is under way, for seconds', async () => {
    const signIn = await product.http
      .post('/api/v1/sessions')
      .send({ practiceId: practice.practiceId, username: 'ada', password: PASSWORD });
    const cookieOf = ({ headers }: typeof signIn) => headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
    const current = (cookie: string) => product.http.get('/api/v1/sessions/current').set({ cookie });
    const before = cookieOf(signIn);
    const answer = await product.http
      .post('/api/v1/sessions/current/reauthentication')
      .set({ cookie: before, origin: ORIGIN })
      .send({ password: PASSWORD });
    expect(answer.status).toBe(204);
    const after = cookieOf(answer);
    expect(after).toMatch(/^latchkey-session=./);
    expect(after).not.toBe(before);
    expect(answer.headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Strict/);
    expect((await current(before)).status).toBe(200);
    const { body } = await product.http.get('/api/v1/sessions').set({ cookie: after }).expect(200);
    expect(body.items.filter((item: { current: boolean }) => item.current)).toHaveLength(1);
    await product.advance(31);
    expectProblem(await current(before), 401, 'unauthenticated');
    expect((await current(after)).status).toBe(200);
  });

  it('leaves no token behind when one signs out at once', async () => {
    const body = { practiceId: practice.practiceId, username: 'ada', password: PASSWORD };
    const signIn = await product.http.post('/api/v1/sessions').send(body);
    const cookie = signIn.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
    const own = { cookie, origin: ORIGIN };
    const answer = product.http.post('/api/v1/sessions/current/reauthentication').set(own);
    await answer.send({ password: PASSWORD }).expect(204);
    await product.http.delete('/api/v1/sessions/current').set(own).expect(204);
    expectProblem(await product.http.get('/api/v1/sessions/current').set(own), 401, 'unauthenticated');
  });
});
