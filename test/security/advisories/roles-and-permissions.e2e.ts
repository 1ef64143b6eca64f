import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILT_IN_ROLES, PERMISSION_NAMES } from '../../../libs/contract/index.js';
import { filesOf, read } from '../../architecture/source-files.js';
import { beginBulkReset, ended } from '../../support/bulk-resets.js';
import { fileOf, importFile, lineFor } from '../../support/imports.js';
import { mailsTo } from '../../support/mail.js';
import {
  asAdministrator,
  defineRole,
  type Invited,
  invite,
  join,
  type Member,
} from '../../support/people.js';
import { type OpenedPractice, openPractice } from '../../support/practice.js';
import { expectFault, expectProblem } from '../../support/problems.js';
import { type Product, startProduct } from '../../support/product.js';

/** All that touches other people, and nothing that an administrator has beside it. */
const DESK = [
  'practice:read',
  'user:create',
  'user:read',
  'user:reset-password',
  'user:update',
  'delivery:read',
  'delivery:retry',
  'reset-log:read',
];

let product: Product;
let practice: OpenedPractice;
let other: OpenedPractice;
let clerk: Member;
let chief: Member;
let chosen: Invited;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  other = await openPractice(product);
  await defineRole(product, practice.administrator.userId, 'desk', DESK);
  clerk = await join(product, practice, ['desk']);
  chief = await join(product, practice, ['administrator']);
  chosen = await invite(product, practice, ['administrator']);
});
afterAll(() => product.stop());

const patch = (id: string, change: object) =>
  product.http.patch(`/api/v1/users/${id}`).set(clerk.session.headers).send(change);
const post = (path: string, body?: object) =>
  product.http.post(`/api/v1/${path}`).set(clerk.session.headers).send(body);

describe('ZITADEL CVE-2026-105209, OpenReception CVE-2026-48086: no header or field names the practice, and no role reaches beyond its own', () => {
  const NAMED = [
    'x-practice-id',
    'x-latchkey-practice',
    'x-tenant-id',
    'x-organization-id',
    'x-zitadel-orgid',
    'x-practice',
    'practice-id',
  ];

  it('whatever practice a request says it is for, it is for the one of its session', async () => {
    const { database, http } = product;
    const [row] = await database.query<{ practice_id: string }>(
      'select practice_id from users where id = $1',
      [other.administrator.userId],
    );
    const { headers } = await asAdministrator(product, practice);
    for (const name of NAMED) {
      for (const value of [other.practiceId, row?.practice_id ?? '']) {
        const named = { ...headers, [name]: value };
        const { body } = await http.get('/api/v1/practice').set(named).expect(200);
        expect(body.practiceId).toBe(practice.practiceId);
        const theirs = `/api/v1/users/${other.administrator.userId}/password-reset`;
        expectProblem(await http.post(theirs).set(named), 404, 'not_found');
      }
    }
    for (const field of ['practiceId', 'practice_id', 'tenant', 'practice']) {
      const asked = http
        .get('/api/v1/users')
        .query({ [field]: other.practiceId })
        .set(headers);
      expectFault(await asked, `/${field}`, 'unknown_field');
      const change = http
        .patch('/api/v1/practice')
        .set(headers)
        .send({ [field]: other.practiceId });
      expectFault(await change, `/${field}`, 'unknown_field');
    }
    expect(await mailsTo(product, other.administrator.email, 'temporary-credential')).toEqual([]);
  });

  it.each(['operator', 'superuser', 'global-administrator', 'root', 'system', 'owner', 'support'])(
    'there is no role %s to make oneself',
    async (role) => {
      const { headers, userId } = await asAdministrator(product, practice);
      const roles = ['administrator', role];
      const change = product.http.patch(`/api/v1/users/${userId}`).set(headers).send({ roles });
      expectFault(await change, '/roles', 'unknown_role');
    },
  );

  it('the highest role of a practice is a list of its own permissions', () => {
    expect([...BUILT_IN_ROLES.administrator.permissions]).toEqual(PERMISSION_NAMES);
    for (const name of PERMISSION_NAMES)
      expect(name).not.toMatch(/\*|all|any|operator|installation|practice:create/);
  });
});

describe('Keycloak CVE-2026-94000, Keycloak CVE-2026-94001, Keycloak CVE-2026-97177, PraisonAI CVE-2026-47416: no role acts on one above it, by no other route either', () => {
  it('a reset of an administrator is refused, and so is every way to the same end', async () => {
    for (const user of [chief.id, practice.administrator.userId]) {
      expectProblem(await post(`users/${user}/password-reset`), 403, 'forbidden');
      expectProblem(await post(`users/${user}/password-reset`, { lockNow: true }), 403, 'forbidden');
    }
    expectProblem(await patch(chief.id, { email: 'clerk@elm.example' }), 403, 'forbidden');
    expectProblem(await patch(chief.id, { displayName: 'Clerk' }), 403, 'forbidden');
    expectProblem(await patch(chief.id, { status: 'deactivated' }), 403, 'forbidden');
    expectProblem(await patch(chief.id, { roles: ['staff'] }), 403, 'forbidden');
    const signOut = product.http.delete(`/api/v1/users/${chief.id}/sessions`).set(clerk.session.headers);
    expectProblem(await signOut, 403, 'forbidden');
    expectProblem(await post(`users/${chosen.id}/welcome-email`), 403, 'forbidden');
    expectProblem(await patch(chosen.id, { email: 'clerk@elm.example' }), 403, 'forbidden');
    expect(await mailsTo(product, chief.email, 'temporary-credential')).toEqual([]);
    await product.http.get('/api/v1/sessions/current').set(chief.session.headers).expect(200);
  });

  it('nobody grants what they lack: not to oneself, to others, or to somebody new', async () => {
    const staff = await join(product, practice);
    for (const roles of [['administrator'], ['desk', 'administrator'], ['auditor']]) {
      expectProblem(await patch(clerk.id, { roles }), 403, 'grant_exceeds_own');
      expectProblem(await patch(staff.id, { roles }), 403, 'grant_exceeds_own');
      const person = { username: 'mallory', displayName: 'Mallory', email: 'mallory@elm.example', roles };
      expectProblem(await post('users', person), 403, 'grant_exceeds_own');
    }
    expectFault(await patch(clerk.id, { permissions: ['role:manage'] }), '/permissions', 'unknown_field');
  });

  it('nor to many at once: a file is read with the rights of whoever sent it', async () => {
    const file = fileOf(
      lineFor('low', 'desk'),
      lineFor('high', 'administrator'),
      lineFor('both', 'desk;auditor'),
    );
    const { rows } = await importFile(product, clerk.session.headers, file);
    expect(rows.map(({ outcome }) => outcome)).toEqual(['created', 'failed', 'failed']);
    const { body } = await product.http
      .get('/api/v1/users?search=high')
      .set(clerk.session.headers)
      .expect(200);
    expect(body.items).toEqual([]);
  });

  it('nor does a bulk reset reach above: whatever it is for, only whom they could reset one by one', async () => {
    const low = await join(product, practice, ['desk']);
    for (const filter of [{ role: 'administrator' }, { status: 'invited', role: 'administrator' }]) {
      const { body } = await beginBulkReset(product, clerk.session.headers, filter);
      const administrator = (await asAdministrator(product, practice)).headers;
      expect(await ended(product, administrator, body.id)).toMatchObject({ total: 0, rows: [] });
    }
    const { body } = await beginBulkReset(product, clerk.session.headers, {});
    const { rows } = await ended(product, (await asAdministrator(product, practice)).headers, body.id);
    expect(rows.map(({ userId }) => userId)).toContain(low.id);
    for (const above of [chief, chosen, practice.administrator]) {
      expect(rows.map((row) => row.username)).not.toContain('ada');
      expect(await mailsTo(product, above.email, 'temporary-credential')).toEqual([]);
    }
  });

  it('a mail that an administrator asked for reaches nobody else by being sent again', async () => {
    const { headers } = await asAdministrator(product, practice);
    await product.http.post(`/api/v1/users/${chief.id}/password-reset`).set(headers).expect(202);
    const [sent] = await mailsTo(product, chief.email, 'temporary-credential');
    const id = sent?.headers['x-latchkey-delivery'];
    expect(id).toBeTypeOf('string');
    for (const body of [{ to: clerk.email }, { email: clerk.email }, { recipient: clerk.email }]) {
      expect((await post(`deliveries/${id}/retry`, body)).status).toBe(422);
    }
    expect((await post(`deliveries/${id}/retry`)).status).toBe(202);
    expect(await mailsTo(product, chief.email, 'temporary-credential')).toHaveLength(2);
    expect(await mailsTo(product, clerk.email, 'temporary-credential')).toEqual([]);
  });

  it('what a role may do ends with the role, in sessions that are open too', async () => {
    const { headers } = await asAdministrator(product, practice);
    const demoted = await join(product, practice, ['desk']);
    await product.http.get('/api/v1/users').set(demoted.session.headers).expect(200);
    const roles = { roles: ['staff'] };
    await product.http.patch(`/api/v1/users/${demoted.id}`).set(headers).send(roles).expect(200);
    const again = product.http.get('/api/v1/users').set(demoted.session.headers);
    expectProblem(await again, 403, 'forbidden');
  });
});

describe('CASL takes fields and conditions from stored rules: ours are two words each', () => {
  it('and none of its functions that read more are called', () => {
    const called = filesOf('{apps,libs}/**/*.ts').flatMap((path) =>
      [
        ...read(path).matchAll(
          /rulesToFields|rulesToQuery|rulesToAST|accessibleBy|unpackRules|permittedFieldsOf/g,
        ),
      ].map(([name]) => `${path}: ${name}`),
    );
    expect(called).toEqual([]);
  });

  it('and a role that was tampered with permits nothing beyond the catalogue', async () => {
    const { userId } = practice.administrator;
    const stored = ['user:read', '__proto__:x', 'constructor:prototype', 'all:manage', 'practice:manage'];
    await defineRole(product, userId, 'tampered', stored);
    const { session } = await join(product, practice, ['staff']);
    await product.database.query("update user_roles set role_key = 'tampered' where user_id = $1", [
      session.userId,
    ]);
    const { headers } = session;
    await product.http.get('/api/v1/users').set(headers).expect(200);
    for (const path of ['audit-events', 'deliveries', 'password-resets', 'roles']) {
      expectProblem(await product.http.get(`/api/v1/${path}`).set(headers), 403, 'forbidden');
    }
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
