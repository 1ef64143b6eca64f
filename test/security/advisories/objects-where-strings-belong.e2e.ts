import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FieldSchema, type Operation, operationsOf } from '../../support/api-description.js';
import { join, type Member } from '../../support/people.js';
import { type OpenedPractice, openPractice, PASSWORD } from '../../support/practice.js';
import { expectFault, expectProblem } from '../../support/problems.js';
import { type Product, startProduct } from '../../support/product.js';

/** What stands for a string, and means something to a query builder. */
const OPERATORS: unknown[] = [
  { $ne: null },
  { $gt: '' },
  { $regex: '.*' },
  { $or: [{}] },
  ['x'],
  { toString: 'x' },
  7,
  true,
];
/** Names of columns and of what is inside, none of which is for filtering or sorting. */
const PRIVATE = [
  'password',
  'sealed',
  'passwords.sealed',
  'token_hash',
  'nonce',
  'verifier',
  'email[$regex]',
  'search[$ne]',
  'status[]',
  'filter',
  'where',
  'fields',
  'include',
  'populate',
  '$where',
];

let product: Product;
let practice: OpenedPractice;
let member: Member;
let operations: Operation[];
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  practice = await openPractice(product);
  member = await join(product, practice);
  operations = await operationsOf(product);
});
afterAll(() => product.stop());

const headers = () => practice.administrator.headers;
const pathOf = ({ path }: Operation) => path.replaceAll(/\{\w+\}/g, member.id);

/** Where a body takes a string, deep inside as well, as paths of keys. */
function stringsOf({ type, items, properties }: FieldSchema, at: string[] = []): string[][] {
  if ([type].flat().includes('string')) return [at];
  if (items) return stringsOf(items, [...at, '0']);
  return Object.entries(properties ?? {}).flatMap(([name, schema]) => stringsOf(schema, [...at, name]));
}

const nested = ([key, ...rest]: string[], value: unknown): unknown => {
  if (key === undefined) return value;
  return key === '0' ? [nested(rest, value)] : { [key]: nested(rest, value) };
};

describe('Strapi CVE-2023-36472, Strapi CVE-2019-18818, Parse CVE-2022-36079, Parse CVE-2026-30941, Parse CVE-2026-32742, Parse CVE-2026-53725, Hitachi CVE-2026-108337: no private field is read or filtered on, no object stands where a string belongs, no client sets a session’s fields', () => {
  it('every string of every body is a string, or 422 at its place', async () => {
    let tried = 0;
    for (const operation of operations.filter(({ body }) => body !== null)) {
      for (const at of stringsOf(operation.body ?? {})) {
        for (const value of OPERATORS) {
          const answer = await product.http[operation.method](pathOf(operation))
            .set(operation.guarded ? headers() : {})
            .send(nested(at, value) as object);
          expectFault(answer, `/${at.join('/')}`);
          tried += 1;
        }
      }
    }
    expect(tried).toBeGreaterThan(200);
  });

  it('every list refuses to be filtered, sorted or widened by what it does not name', async () => {
    const lists = operations.filter(
      ({ method, path, guarded }) => method === 'get' && guarded && !path.includes('{'),
    );
    expect(lists.length).toBeGreaterThan(8);
    for (const { path, name } of lists) {
      for (const field of [...PRIVATE, 'sort', 'order', 'orderBy']) {
        const answer = await product.http.get(`${path}?${encodeURIComponent(field)}=x`).set(headers());
        expect({ name, field, status: answer.status }).toEqual({ name, field, status: 422 });
        expectProblem(answer, 422, 'validation_failed');
      }
    }
  });

  it('no answer holds what is stored of passwords, answers, credentials and sessions', async () => {
    const stored = await product.database.query<{ value: string }>(
      `select sealed as value from passwords union all select sealed from security_answers
       union all select encode(nonce, 'hex') from credentials union all select encode(verifier, 'hex') from credentials
       union all select encode(token_hash, 'hex') from sessions`,
    );
    expect(stored.length).toBeGreaterThan(5);
    for (const operation of operations.filter(({ method }) => method === 'get')) {
      const { text } = await product.http.get(pathOf(operation)).set(headers());
      for (const { value } of stored) expect(text, operation.name).not.toContain(value);
      expect(text, operation.name).not.toMatch(
        /"(?:sealed|nonce|verifier|tokenHash|token_hash|epoch|practice_id)"/,
      );
    }
  });

  it.each([
    'userId',
    'restrictedTo',
    'expiresAt',
    'permissions',
    'rules',
    'roles',
    'passwordChangeRequired',
    'token',
  ])('a session’s %s is not for its client to set', async (field) => {
    const body = { practiceId: practice.practiceId, username: 'ada', password: PASSWORD, [field]: 'x' };
    expectFault(await product.http.post('/api/v1/sessions').send(body), `/${field}`, 'unknown_field');
  });

  it.each([
    'id',
    'status',
    'password',
    'practiceId',
    'version',
    'lastSignInAt',
    'temporaryPassword',
    'createdAt',
  ])('nor is a new user’s %s', async (field) => {
    const person = { username: 'bo', displayName: 'Bo', email: 'bo@elm.example', roles: ['staff'] };
    const answer = product.http.post('/api/v1/users').set(headers());
    expectFault(await answer.send({ ...person, [field]: 'x' }), `/${field}`, 'unknown_field');
  });
});

describe('MikroORM CVE-2026-34220, MikroORM CVE-2026-34221, MikroORM CVE-2026-84993, @casl/ability CVE-2026-111172: no operator, no prototype and no SQL from a request reaches a condition or a name in a statement', () => {
  const HOSTILE = [
    "' or 1=1 --",
    "'; drop table users; --",
    '%',
    '_',
    '\\',
    '$1',
    '{"$ne":null}',
    'id desc; select pg_sleep(5)',
    '__proto__',
    'constructor',
  ];

  it.each(HOSTILE)('a search for %s finds what holds these letters: nothing', async (search) => {
    const { body } = await product.http.get('/api/v1/users').query({ search }).set(headers()).expect(200);
    expect(body.items).toEqual([]);
    const filtered = { targetId: search, action: search, actorId: search };
    const events = await product.http.get('/api/v1/audit-events').query(filtered).set(headers()).expect(200);
    expect(events.body.items).toEqual([]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '$ne'])(
    '%s is no role, no field and no problem',
    async (name) => {
      const user = `/api/v1/users/${member.id}`;
      const patched = await product.http
        .patch(user)
        .set(headers())
        .send({ roles: [name] });
      expectProblem(patched, 422, 'validation_failed');
      const list = await product.http.get('/api/v1/users').query({ role: name }).set(headers());
      expect(list.status === 422 || list.body.items.length === 0).toBe(true);
      const body = `{"practiceId":"${practice.practiceId}","username":"ada","password":"x","${name}":{"polluted":1}}`;
      const answer = await product.http
        .post('/api/v1/sessions')
        .set('content-type', 'application/json')
        .send(body);
      expect([400, 422]).toContain(answer.status);
      expect((await product.http.get(`/problems/${name}`)).status).toBe(404);
      expect(({} as { polluted?: number }).polluted).toBeUndefined();
    },
  );

  it('a parameter given twice is one too many', async () => {
    for (const query of [
      'search=a&search=b',
      'limit=1&limit=2',
      'status=active&status=invited',
      'role=staff&role[]=x',
    ]) {
      const answer = await product.http.get(`/api/v1/users?${query}`).set(headers());
      expectProblem(answer, 422, 'validation_failed');
    }
  });
});
