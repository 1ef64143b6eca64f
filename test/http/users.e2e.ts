import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialIn, nextMail } from '../support/mail.js';
import { asAdministrator, defineRole, invite, join, setOwnPassword } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice } from '../support/practice.js';
import { expectFault, expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const administrator = async () => (await asAdministrator(product, practice)).headers;
const add = (headers: { authorization: string }, change: object) =>
  product.http
    .post('/api/v1/users')
    .set(headers)
    .send({ displayName: 'Cleo Marsh', email: 'cleo@elm.example', roles: ['staff'], ...change });
const list = (headers: { authorization: string }, query: object) =>
  product.http.get('/api/v1/users').set(headers).query(query).expect(200);
const names = ({ body }: { body: { items: { username: string }[] } }) =>
  body.items.map(({ username }) => username);

describe('adding a user', () => {
  it('answers 201 with the whole user, its address and its ETag', async () => {
    const headers = await administrator();
    const created = await add(headers, { username: 'ＣＬＥＯ', locale: 'es' });
    expect(created.status).toBe(201);
    expect(created.headers['location']).toBe(`/api/v1/users/${created.body.id}`);
    expect(created.headers['etag']).toMatch(/^"\d+"$/);
    expect(created.body).toEqual({
      id: expect.stringMatching(UUID7),
      username: 'cleo',
      displayName: 'Cleo Marsh',
      email: 'cleo@elm.example',
      emailUndeliverable: false,
      locale: 'es',
      roles: ['staff'],
      status: 'invited',
      lastSignInAt: null,
      temporaryPassword: { state: 'pending', expiresAt: null },
      securityQuestion: false,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
    const read = await product.http
      .get(created.headers['location'] ?? '')
      .set(headers)
      .expect(200);
    expect(read.headers['etag']).toBe(created.headers['etag']);
    expect({ ...read.body, temporaryPassword: null }).toEqual({ ...created.body, temporaryPassword: null });
    expectProblem(await add(headers, { username: 'cleo' }), 409, 'username_taken');
  });

  it('is for those who may: staff and auditors are 403, a clerk cannot grant more than their own', async () => {
    const staff = await join(product, practice);
    const auditor = await join(product, practice, ['auditor']);
    const permissions = ['user:create', 'user:update', 'user:read', 'user:reset-password', 'practice:read'];
    await defineRole(product, practice.administrator.userId, 'clerk', permissions);
    const clerk = await join(product, practice, ['clerk']);
    expectProblem(await add(staff.session.headers, { username: 'dan' }), 403, 'forbidden');
    expectProblem(await add(auditor.session.headers, { username: 'dan' }), 403, 'forbidden');
    expectProblem(await product.http.get('/api/v1/users').set(staff.session.headers), 403, 'forbidden');
    await list(auditor.session.headers, {});
    const { headers } = clerk.session;
    const tooMuch = { username: 'dan', roles: ['administrator'] };
    expectProblem(await add(headers, tooMuch), 403, 'grant_exceeds_own');
    expectFault(await add(headers, { username: 'dan', roles: ['wizard'] }), '/roles');
    expect((await add(headers, { username: 'dan' })).status).toBe(201);
    const on = `/api/v1/users/${practice.administrator.userId}`;
    expectProblem(await product.http.post(`${on}/password-reset`).set(headers), 403, 'forbidden');
    expectProblem(await product.http.delete(`${on}/sessions`).set(headers), 403, 'forbidden');
    const rename = product.http.patch(on).set(headers);
    expectProblem(await rename.send({ email: 'mine@elm.example' }), 403, 'forbidden');
    const grant = product.http.patch(`/api/v1/users/${staff.id}`).set(headers);
    expectProblem(await grant.send({ roles: ['auditor'] }), 403, 'grant_exceeds_own');
  });

  it('leaves nothing behind when it was refused', async () => {
    const headers = await administrator();
    expectFault(await add(headers, { username: 'ghost', roles: ['wizard'] }), '/roles');
    expect(names(await list(headers, { search: 'ghost' }))).toEqual([]);
    expect((await add(headers, { username: 'ghost' })).status).toBe(201);
  });
});

describe('the list of users', () => {
  it('comes in pages that together hold everybody once', async () => {
    const headers = await administrator();
    const all = names(await list(headers, { limit: 200 }));
    expect(all.length).toBeGreaterThan(4);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await list(headers, { limit: 2, ...(cursor && { cursor }) });
      expect(page.body.items.length).toBeLessThanOrEqual(2);
      seen.push(...names(page));
      cursor = page.body.nextCursor;
    } while (cursor);
    expect(seen).toEqual(all);
  });

  it('links to its next page with the same filters (RFC 8288), until there is none', async () => {
    const headers = await administrator();
    const first = await list(headers, { limit: 1, status: 'invited', search: 'mara&=<>' });
    expect(first.headers).not.toHaveProperty('link');
    const page = await list(headers, { limit: 1, search: '@elm.example' });
    const [, target = ''] =
      /^<(\/api\/v1\/users\?[^<>]+)>; rel="next"$/.exec(page.headers['link'] ?? '') ?? [];
    const next = await product.http.get(target).set(headers).expect(200);
    const both = await list(headers, { limit: 2, search: '@elm.example' });
    expect([...names(page), ...names(next)]).toEqual(names(both));
  });

  it('refuses the cursor of another list, other filters and another practice', async () => {
    const headers = await administrator();
    const { body } = await list(headers, { limit: 1 });
    const use = (path: string, who: { authorization: string }) =>
      product.http.get(path).set(who).query({ cursor: body.nextCursor });
    expectFault(await use('/api/v1/audit-events', headers), '/cursor');
    expectFault(await use('/api/v1/users?limit=1&role=staff', headers), '/cursor');
    expect((await use('/api/v1/users?limit=2', headers)).status).toBe(200);
    const other = await openPractice(product);
    expectFault(await use('/api/v1/users', other.administrator.headers), '/cursor');
  });

  it('is searched by name and address, and filtered by role and status', async () => {
    const headers = await administrator();
    const { username, email } = await invite(product, practice, ['auditor']);
    expect(names(await list(headers, { search: username.toUpperCase() }))).toContain(username);
    expect(names(await list(headers, { search: email }))).toEqual([username]);
    expect(names(await list(headers, { search: '%' }))).toEqual([]);
    const filtered = await list(headers, { role: 'auditor', status: 'invited' });
    expect(names(filtered)).toEqual([username]);
    expect(names(await list(headers, { role: 'administrator' }))).toEqual(['ada']);
  });
});

describe('the welcome mail again', () => {
  const again = async (id: string) =>
    product.http.post(`/api/v1/users/${id}/welcome-email`).set(await administrator());

  it('brings the same temporary password while it lives, and a new one afterwards', async () => {
    const invited = await invite(product, practice);
    const { status, body } = await again(invited.id);
    expect([status, Object.keys(body)]).toEqual([202, ['deliveryId']]);
    const second = await nextMail(product.mailbox, invited.email, 'member-welcome', [invited.welcome]);
    expect(second.headers['x-latchkey-delivery']).toBe(body.deliveryId);
    expect(credentialIn(second)).toBe(invited.credential);
    await product.advance(86_401);
    expect((await again(invited.id)).status).toBe(202);
    const third = await nextMail(product.mailbox, invited.email, 'member-welcome', [invited.welcome, second]);
    expect(credentialIn(third)).not.toBe(invited.credential);
    await setOwnPassword(product, practice, invited, credentialIn(third));
  });

  it('is 409 for whoever has signed in, and 429 over the mailbox cap', async () => {
    const member = await join(product, practice);
    expectProblem(await again(member.id), 409, 'already_signed_in');
    const invited = await invite(product, practice);
    expect((await again(invited.id)).status).toBe(202);
    expect((await again(invited.id)).status).toBe(202);
    const refused = await again(invited.id);
    expectProblem(refused, 429, 'too_many_attempts');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('roles and permissions', () => {
  it('are listed: the built-in roles are fixed, and every permission has a sentence', async () => {
    const headers = await administrator();
    const { body: roles } = await product.http.get('/api/v1/roles').set(headers).expect(200);
    const { body: permissions } = await product.http.get('/api/v1/permissions').set(headers).expect(200);
    const all = permissions.items.map(({ name }: { name: string }) => name);
    expect(permissions.items[0]).toEqual({ name: expect.any(String), description: expect.any(String) });
    const of = (key: string) => roles.items.find((role: { key: string }) => role.key === key);
    expect(of('administrator')).toMatchObject({ permissions: all, builtIn: true });
    expect(of('staff')).toMatchObject({ permissions: ['practice:read'], builtIn: true });
    expect(of('auditor').permissions).toEqual([
      'audit:read',
      'delivery:read',
      'practice:read',
      'reset-log:read',
      'role:read',
      'user:read',
    ]);
  });
});

it('signs somebody out everywhere', async () => {
  const member = await join(product, practice);
  const headers = await administrator();
  await product.http.delete(`/api/v1/users/${member.id}/sessions`).set(headers).expect(204);
  const current = product.http.get('/api/v1/sessions/current').set(member.session.headers);
  expectProblem(await current, 401, 'unauthenticated');
  const { practiceId } = practice;
  await product.http
    .post('/api/v1/sessions')
    .send({ practiceId, username: member.username, password: NEW_PASSWORD })
    .expect(201);
});
