import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserFacts, UserReach } from '#contract';
import { reaches } from '#contract';
import { Database } from '#database';
import { invite, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

type Headers = { authorization: string };

let product: Product;
let practice: OpenedPractice;
let administrator: Headers;
/** Looks after staff and clerks, and changes names of staff only. */
let lead: Member;
let staff: Member;
let clerk: Member;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  administrator = practice.administrator.headers;
  await define('clerk', ['practice:read', 'user:read']);
  await define('guest', []);
  const where = { roles: ['clerk', 'staff'] };
  const among = { where };
  await define(
    'lead',
    [
      'delivery:read',
      'delivery:retry',
      'practice:read',
      'reset-log:read',
      'user:create',
      'user:read',
      'user:reset-password',
      'user:update',
    ],
    {
      'user:read': among,
      'user:create': { where: { roles: ['staff'] } },
      'user:update': {
        where: { roles: ['staff'], status: ['active'] },
        fields: ['displayName', 'roles', 'status'],
      },
      'user:reset-password': { where: { roles: ['staff'] } },
      'reset-log:read': among,
      'delivery:read': among,
      'delivery:retry': { where: { roles: ['staff'] } },
    },
  );
  [lead, staff, clerk] = (await Promise.all(
    [['lead'], ['staff'], ['clerk']].map((roles) => join(product, practice, roles)),
  )) as [Member, Member, Member];
});
afterAll(() => product.stop());

async function define(key: string, permissions: string[], limits = {}): Promise<void> {
  const role = { key, name: key, permissions, limits };
  await product.http.post('/api/v1/roles').set(administrator).send(role).expect(201);
}

const get = (path: string, headers = lead.session.headers) => product.http.get(`/api/v1${path}`).set(headers);
const post = (path: string, body?: object) =>
  product.http.post(`/api/v1${path}`).set(lead.session.headers).send(body);
const patch = ({ id }: { id: string }, body: object) =>
  product.http.patch(`/api/v1/users/${id}`).set(lead.session.headers).send(body);

describe('within limits', () => {
  it('lists and single reads agree: whom the list does not show is not there', async () => {
    const { body: all } = await get('/users?limit=200', administrator).expect(200);
    const { body: seen } = await get('/users?limit=200').expect(200);
    const names = seen.items.map(({ username }: { username: string }) => username);
    expect(names).toEqual([staff.username, clerk.username].toSorted());
    for (const { id, username } of all.items) {
      const { status } = await get(`/users/${id}`);
      expect({ username, status }).toEqual({ username, status: names.includes(username) ? 200 : 404 });
    }
    expect((await get('/users?role=administrator')).body.items).toEqual([]);
    expect((await get('/users?limit=1')).body).toMatchObject({ items: [{}], nextCursor: expect.any(String) });
  });

  it('the log of resets and the emails show the same people', async () => {
    const other = practice.administrator;
    const second = await join(product, practice, ['administrator']);
    for (const id of [staff.id, other.userId]) {
      await product.http.post(`/api/v1/users/${id}/password-reset`).set(second.session.headers).expect(202);
    }
    for (const list of ['/password-resets', '/deliveries']) {
      const { body: all } = await get(`${list}?limit=200`, second.session.headers).expect(200);
      const { body: seen } = await get(`${list}?limit=200`).expect(200);
      const shown = new Set(seen.items.map(({ id }: { id: string }) => id));
      expect(seen.items.length).toBeGreaterThan(0);
      expect(seen.items.length).toBeLessThan(all.items.length);
      for (const { id, userId } of all.items) {
        const within = [staff.id, clerk.id].includes(userId);
        expect({ list, userId, shown: shown.has(id) }).toEqual({ list, userId, shown: within });
        expect((await get(`${list}/${id}`)).status).toBe(within ? 200 : 404);
        if (list === '/deliveries' && !within) {
          expectProblem(await post(`/deliveries/${id}/retry`), 404, 'not_found');
        }
      }
    }
  });

  it('somebody in sight is refused, somebody out of sight is unknown', async () => {
    expect((await post(`/users/${staff.id}/password-reset`)).status).toBe(202);
    expectProblem(await post(`/users/${clerk.id}/password-reset`), 403, 'forbidden');
    const { userId } = practice.administrator;
    expectProblem(await post(`/users/${userId}/password-reset`), 404, 'not_found');
    expectProblem(await patch({ id: userId }, { displayName: 'Mine' }), 404, 'not_found');
    expectProblem(await patch(clerk, { displayName: 'Mine' }), 403, 'forbidden');
    const end = product.http.delete(`/api/v1/users/${userId}/sessions`).set(lead.session.headers);
    expectProblem(await end, 404, 'not_found');
  });

  it('only the named fields change, and no given field is passed over in silence', async () => {
    await patch(staff, { displayName: 'Mara Quill' }).expect(200);
    for (const more of [{ email: 'mine@elm.example' }, { locale: 'es' }]) {
      const refused = await patch(staff, { displayName: 'Mine', ...more });
      expectProblem(refused, 403, 'forbidden');
      expect(refused.body.detail).toContain('displayName, roles, status');
    }
    const { body } = await get(`/users/${staff.id}`).expect(200);
    expect(body).toMatchObject({ displayName: 'Mara Quill', email: staff.email });
  });

  it('nobody is moved out of reach', async () => {
    expectProblem(await patch(staff, { status: 'deactivated' }), 403, 'forbidden');
    expectProblem(await patch(staff, { roles: ['guest', 'staff'] }), 403, 'forbidden');
    const { body } = await get(`/users/${staff.id}`).expect(200);
    expect(body).toMatchObject({ status: 'active', roles: ['staff'] });
  });

  it('nobody is added, and no welcome repeated, out of reach', async () => {
    const person = { username: 'nova', displayName: 'Nova Lind', email: 'nova@elm.example' };
    expectProblem(await post('/users', { ...person, roles: ['clerk'] }), 403, 'forbidden');
    await post('/users', { ...person, roles: ['staff'] }).expect(201);
    const invited = await invite(product, practice, ['clerk']);
    expectProblem(await post(`/users/${invited.id}/welcome-email`), 403, 'forbidden');
  });

  it('the console is told the same rules', async () => {
    const { body } = await get('/sessions/current').expect(200);
    expect(body.rules).toContainEqual({
      action: 'update',
      subject: 'user',
      fields: ['displayName', 'roles', 'status'],
      conditions: { roles: ['staff'], status: ['active'] },
    });
  });
});

describe('the filter in SQL', () => {
  const KEYS = ['administrator', 'auditor', 'clerk', 'staff'];
  const STATUSES = ['invited', 'active', 'deactivated'] as const;
  const some = <T extends string>(names: readonly T[]) =>
    fc.option(fc.subarray([...names], { minLength: 1 }), { nil: undefined });
  const reach = fc.record({ roles: some(KEYS), status: some(STATUSES) }) satisfies fc.Arbitrary<UserReach>;

  it('finds exactly whom the ability permits, whatever the reaches are', async () => {
    const { practiceId } = await openPractice(product);
    // Each set of roles in each status, once; numbered, so that a failure names them.
    const sets = Array.from({ length: 2 ** KEYS.length }, (_, set) =>
      KEYS.filter((_key, bit) => (set >> bit) & 1),
    );
    const people = sets.flatMap((roles) => STATUSES.map((status): UserFacts => ({ roles, status })));
    const [row] = await product.database.query<{ practice_id: string }>(
      'select practice_id from practices where code = $1',
      [practiceId.replace('-', '')],
    );
    const tenant = row?.practice_id ?? '';
    for (const [number, { roles, status }] of people.entries()) {
      await product.database.query(
        `with person as (
           insert into users (practice_id, id, username, display_name, email, locale, status)
           values ($1, gen_random_uuid(), $2, $2, $2, 'en', $3) returning practice_id, id
         ) insert into user_roles select practice_id, id, unnest($4::text[]) from person`,
        [tenant, `p${number}`, status, roles],
      );
    }
    const database = product.app.get(Database);
    await fc.assert(
      fc.asyncProperty(fc.array(reach, { maxLength: 3 }), async (wanted) => {
        const found = await database.inPractice(tenant, () =>
          database.sql<{ username: string }>(
            `select u.username from users u join users_in_reach($1) near on near.id = u.id
             where u.practice_id = current_practice() and u.username like 'p%'`,
            [JSON.stringify(wanted)],
          ),
        );
        const expected = people.flatMap((person, number) =>
          wanted.some((one) => reaches(one, person)) ? [`p${number}`] : [],
        );
        expect(found.map(({ username }) => username).sort()).toEqual(expected.sort());
      }),
      { numRuns: 100 },
    );
  });
});
