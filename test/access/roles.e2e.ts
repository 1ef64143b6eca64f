import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { asAdministrator, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { expectFault, expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

type Headers = { authorization: string };

let product: Product;
let practice: OpenedPractice;
let administrator: Headers;
/** Holds `keeper`: may read and manage roles, and read users. */
let keeper: Member;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  administrator = (await asAdministrator(product, practice)).headers;
  await define({ key: 'keeper', permissions: ['role:manage', 'role:read', 'user:read'] }).expect(201);
  keeper = await join(product, practice, ['keeper']);
});
afterAll(() => product.stop());

const define = (role: object, headers: Headers = administrator) =>
  product.http
    .post('/api/v1/roles')
    .set(headers)
    .send({ name: 'A role', ...role });
const change = (key: string, changes: object, headers: Headers = administrator) =>
  product.http.patch(`/api/v1/roles/${key}`).set(headers).send(changes);
const remove = (key: string, headers: Headers = administrator) =>
  product.http.delete(`/api/v1/roles/${key}`).set(headers);
const assign = (id: string, roles: string[], headers: Headers = administrator) =>
  product.http.patch(`/api/v1/users/${id}`).set(headers).send({ roles });

describe('a role of the practice’s own', () => {
  it('is created with Location and ETag, shown, changed as a whole, and deleted', async () => {
    const where = { roles: ['staff'] };
    const role = {
      key: 'front-desk',
      name: 'Front desk',
      permissions: ['user:reset-password', 'user:read', 'user:read'],
      limits: { 'user:reset-password': { where }, 'user:read': { where } },
    };
    const created = await define(role).expect(201);
    const permissions = ['user:read', 'user:reset-password'];
    expect(created.body).toEqual({ ...role, permissions, builtIn: false });
    expect(created.headers['location']).toBe('/api/v1/roles/front-desk');
    const one = await product.http.get('/api/v1/roles/front-desk').set(administrator).expect(200);
    expect([one.body, one.headers['etag']]).toEqual([created.body, created.headers['etag']]);
    const changed = await change('front-desk', { permissions: ['user:read'] });
    expect([changed.status, changed.body]).toEqual([
      200,
      { ...role, permissions: ['user:read'], limits: { 'user:read': { where } }, builtIn: false },
    ]);
    const listed = await product.http.get('/api/v1/roles').set(administrator).expect(200);
    expect(listed.body.items).toContainEqual(changed.body);
    await remove('front-desk').expect(204);
    expectProblem(await remove('front-desk'), 404, 'not_found');
  });

  it('is changed only as it was read (If-Match)', async () => {
    const { headers } = await define({ key: 'dated', permissions: [] }).expect(201);
    const etag = headers['etag'] ?? '';
    const changed = await change('dated', { name: 'Dated' }).set('if-match', etag).expect(200);
    expect(changed.headers['etag']).not.toBe(etag);
    expectProblem(await change('dated', { name: 'Lost' }).set('if-match', etag), 412, 'stale');
    const same = await change('dated', { name: 'Dated' }).expect(200);
    expect(same.headers['etag']).toBe(changed.headers['etag']);
  });

  it('cannot be made of what nobody knows', async () => {
    const made = (role: object) => define({ key: 'odd', permissions: ['user:read'], ...role });
    expectFault(await made({ key: 'No Key' }), '/key');
    expectFault(await made({ permissions: ['user:haunt'] }), '/permissions/0');
    expectFault(await made({ builtIn: true }), '/builtIn');
    const within = (limit: object) => made({ limits: { 'user:read': limit } });
    expectFault(await within({ where: { roles: { $in: ['staff'] } } }), '/limits/user:read/where/roles');
    expectFault(await within({ where: { email: ['a@elm.example'] } }), '/limits/user:read/where/email');
    expectFault(await within({ where: {} }), '/limits/user:read/where');
    expectFault(
      await within({ where: { roles: ['nobodys'] } }),
      '/limits/user:read/where/roles',
      'unknown_role',
    );
    const status = { where: { status: ['active'] } };
    expectFault(await made({ limits: { 'audit:read': status } }), '/limits/audit:read');
    expectFault(await made({ limits: { 'user:create': status } }), '/limits/user:create', 'not_permitted');
    const leaking = { permissions: ['user:read', 'reset-log:read'], limits: { 'user:read': status } };
    expectFault(await made(leaking), '/limits/reset-log:read', 'exceeds_user_read');
  });

  it('has a key of its own', async () => {
    for (const key of ['keeper', 'administrator']) {
      expectProblem(await define({ key, permissions: [] }), 409, 'role_key_taken');
    }
  });

  it('is not deleted while somebody has it, or another role is limited to those who do', async () => {
    expectProblem(await remove('keeper'), 409, 'role_in_use');
    await define({ key: 'porter', permissions: [] }).expect(201);
    const limits = { 'user:read': { where: { roles: ['porter', 'staff'] } } };
    await define({ key: 'overseer', permissions: ['user:read'], limits }).expect(201);
    expectProblem(await remove('porter'), 409, 'role_in_use');
    await remove('overseer').expect(204);
    await remove('porter').expect(204);
  });

  it('is not deleted while somebody is being given it', async () => {
    await define({ key: 'doomed', permissions: [] }).expect(201);
    const member = await join(product, practice);
    const rival = new Client({ connectionString: product.database.adminUrl });
    await rival.connect();
    // As `Roles.assign` does it, held open at the worst moment (ASVS 15.4.2).
    await rival.query('begin');
    await rival.query("select from roles where key = 'doomed' for share");
    await rival.query("insert into user_roles select practice_id, id, 'doomed' from users where id = $1", [
      member.id,
    ]);
    const removal = Promise.resolve(remove('doomed'));
    await vi.waitFor(async () => {
      const waiting = await product.database.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      if (waiting.length === 0) throw new Error('The removal waits for nothing');
    });
    await rival.query('commit');
    await rival.end();
    expectProblem(await removal, 409, 'role_in_use');
  });

  it('acts at once on everybody who has it, in sessions that are open', async () => {
    await define({ key: 'reader', permissions: ['practice:read'] }).expect(201);
    const member = await join(product, practice, ['reader']);
    const read = () => product.http.get('/api/v1/audit-events').set(member.session.headers);
    expectProblem(await read(), 403, 'forbidden');
    await change('reader', { permissions: ['audit:read'] }).expect(200);
    expect((await read()).status).toBe(200);
    const current = await product.http.get('/api/v1/sessions/current').set(member.session.headers);
    expect(current.body).toMatchObject({
      permissions: ['audit:read'],
      rules: [{ action: 'read', subject: 'audit' }],
    });
    await change('reader', { permissions: [] }).expect(200);
    expectProblem(await read(), 403, 'forbidden');
  });

  it('leaves what it permitted before and after in the trail', async () => {
    await define({ key: 'traced', permissions: ['user:read'] }).expect(201);
    const where = { status: ['active'] };
    await change('traced', { limits: { 'user:read': { where } } }).expect(200);
    await remove('traced').expect(204);
    const { body } = await product.http
      .get('/api/v1/audit-events?targetId=traced')
      .set(administrator)
      .expect(200);
    const [whole, limited] = [{}, { 'user:read': { where } }].map((limits) => ({
      name: 'A role',
      permissions: ['user:read'],
      limits,
    }));
    expect(body.items.map(({ action, changes }: Record<string, unknown>) => [action, changes])).toEqual([
      ['role.deleted', { before: limited, after: null }],
      ['role.updated', { before: whole, after: limited }],
      ['role.created', { before: null, after: whole }],
    ]);
  });
});

describe('built-in roles', () => {
  it.each(['administrator', 'auditor', 'staff'])('%s can be neither changed nor deleted', async (key) => {
    const { body } = await product.http.get(`/api/v1/roles/${key}`).set(administrator).expect(200);
    expectProblem(await change(key, { permissions: [] }), 403, 'forbidden');
    const refused = await remove(key);
    expectProblem(refused, 403, 'forbidden');
    expect(refused.body.detail).toMatch(/define a role of your own/);
    const after = await product.http.get(`/api/v1/roles/${key}`).set(administrator).expect(200);
    expect(after.body).toEqual(body);
  });
});

describe('nobody grants what they lack (Keycloak CVE-2026-94000, OpenReception CVE-2026-48086)', () => {
  it('by defining a role', async () => {
    const { headers } = keeper.session;
    expectProblem(
      await define({ key: 'mine', permissions: ['audit:read'] }, headers),
      403,
      'grant_exceeds_own',
    );
    await define({ key: 'mine', permissions: ['user:read'] }, headers).expect(201);
  });

  it('by changing a role that they hold themselves', async () => {
    const { headers } = keeper.session;
    const raised = { permissions: ['role:manage', 'role:read', 'user:read', 'user:update'] };
    expectProblem(await change('keeper', raised, headers), 403, 'grant_exceeds_own');
    const { body } = await product.http.get('/api/v1/roles/keeper').set(headers).expect(200);
    expect(body.permissions).toEqual(['role:manage', 'role:read', 'user:read']);
  });

  it('nor lowers, takes over or deletes a role above their own', async () => {
    const { headers } = keeper.session;
    await define({ key: 'above', permissions: ['audit:read', 'user:read'] }).expect(201);
    expectProblem(await change('above', { permissions: [] }, headers), 403, 'forbidden');
    expectProblem(await change('above', { name: 'Below' }, headers), 403, 'forbidden');
    expectProblem(await remove('above', headers), 403, 'forbidden');
  });

  it('by lifting the limits within which they hold a permission', async () => {
    const limits = { 'user:read': { where: { roles: ['staff'] } } };
    await define({ key: 'narrow', permissions: ['role:manage', 'user:read'], limits }).expect(201);
    const { session } = await join(product, practice, ['narrow']);
    const { headers } = session;
    expectProblem(await change('narrow', { limits: {} }, headers), 403, 'grant_exceeds_own');
    const wider = { 'user:read': { where: { roles: ['staff', 'narrow'] } } };
    expectProblem(await change('narrow', { limits: wider }, headers), 403, 'grant_exceeds_own');
    const same = { key: 'narrow-too', permissions: ['user:read'] };
    expectProblem(await define(same, headers), 403, 'grant_exceeds_own');
    await define({ ...same, limits }, headers).expect(201);
  });

  it('by giving a role to somebody, also one that was raised meanwhile', async () => {
    const permissions = ['practice:read', 'role:read', 'user:read', 'user:update'];
    await define({ key: 'lead', permissions }).expect(201);
    await define({ key: 'rising', permissions: ['practice:read'] }).expect(201);
    const { session } = await join(product, practice, ['lead']);
    const member = await join(product, practice, ['staff']);
    await assign(member.id, ['rising'], session.headers).expect(200);
    await assign(member.id, ['staff'], session.headers).expect(200);
    await change('rising', { permissions: ['audit:read'] }).expect(200);
    expectProblem(await assign(member.id, ['rising'], session.headers), 403, 'grant_exceeds_own');
    expectProblem(await assign(member.id, ['administrator'], session.headers), 403, 'grant_exceeds_own');
  });

  it('nor acts on somebody whose role was raised above their own', async () => {
    const permissions = ['practice:read', 'user:read', 'user:reset-password', 'user:update'];
    await define({ key: 'helper', permissions }).expect(201);
    await define({ key: 'risen', permissions: ['practice:read'] }).expect(201);
    const { session } = await join(product, practice, ['helper']);
    const member = await join(product, practice, ['risen']);
    await change('risen', { permissions: ['audit:read'] }).expect(200);
    const reset = product.http.post(`/api/v1/users/${member.id}/password-reset`).set(session.headers);
    expectProblem(await reset, 403, 'forbidden');
    const renamed = product.http.patch(`/api/v1/users/${member.id}`).set(session.headers);
    expectProblem(await renamed.send({ email: 'mine@elm.example' }), 403, 'forbidden');
  });
});
