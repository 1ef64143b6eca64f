import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asAdministrator } from '../support/people.js';
import { type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { expectFault, expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
let practice: OpenedPractice;
let headers: { authorization: string };
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  headers = (await asAdministrator(product, practice)).headers;
});
afterAll(() => product.stop());

const credentials = () => ({ practiceId: practice.practiceId, username: 'ada', password: PASSWORD });
const user = { username: 'bea', displayName: 'Bea Ortiz', email: 'bea@elm.example', roles: ['staff'] };
const addUser = (change: object) =>
  product.http
    .post('/api/v1/users')
    .set(headers)
    .send({ ...user, ...change });
const raw = (body: string, type = 'application/json') =>
  product.http.post('/api/v1/sessions').set('content-type', type).send(body);

describe('a body', () => {
  it.each([['{"practiceId":'], ['{practiceId: 1}'], [''], ['{"a":1}}'], ['{"__proto__":{"a":1}}']])(
    'that is not JSON is 400: %s',
    async (body) => expectProblem(await raw(body), 400, 'malformed_body'),
  );

  it.each([['null'], ['[]'], ['"text"'], ['7']])('that is no object is 422: %s', async (body) =>
    expectFault(await raw(body), ''),
  );

  it('that is missing is 422', async () => expectFault(await product.http.post('/api/v1/sessions'), ''));

  it('over 64 KiB is 413', async () =>
    expectProblem(await raw(JSON.stringify({ password: 'x'.repeat(70_000) })), 413, 'payload_too_large'));

  it.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense'])(
    'of type %s is 415',
    async (type) => expectProblem(await raw('{}', type), 415, 'unsupported_media_type'),
  );

  it('as a form is 415: any site may post one', async () =>
    expectProblem(
      await product.http.post('/api/v1/sessions').type('form').send(credentials()),
      415,
      'unsupported_media_type',
    ));

  it('where none belongs is 422', async () =>
    expectFault(
      await product.http.delete('/api/v1/sessions/current').set(headers).send({ force: true }),
      '/force',
      'unknown_field',
    ));
});

describe('a field', () => {
  it('that is unknown is 422 at its place, also deep inside', async () => {
    expectFault(await addUser({ isAdmin: true }), '/isAdmin', 'unknown_field');
    const patch = product.http.patch('/api/v1/practice').set(headers);
    expectFault(await patch.send({ policy: { 'a/b~c': 1 } }), '/policy/a~1b~0c', 'unknown_field');
  });

  it.each([
    ['/username', { username: 7 }],
    ['/displayName', { displayName: ['Bea'] }],
    ['/email', { email: null }],
    ['/roles', { roles: 'staff' }],
    ['/roles/0', { roles: [1] }],
    ['/roles', { roles: [] }],
    ['/locale', { locale: 'xx' }],
    ['/username', { username: 'a'.repeat(64) }],
    ['/username', { username: '-bea' }],
    ['/username', { username: 'b ea' }],
    ['/username', { username: '' }],
    ['/displayName', { displayName: 'x'.repeat(121) }],
    ['/displayName', { displayName: ' ' }],
    ['/displayName', { displayName: 'Bea\nBcc: all@elm.example' }],
    ['/displayName', { displayName: 'Bea\u0000' }],
    ['/displayName', { displayName: 'Bea \u202Etpircs' }],
    ['/email', { email: 'bea@elm.example, eve@elm.example' }],
    ['/email', { email: 'bea@elm.example eve@elm.example' }],
    ['/email', { email: 'bea@elm.example\r\nBcc: eve@elm.example' }],
    ['/email', { email: 'bea\u0000@elm.example' }],
    ['/email', { email: 'Bea <bea@elm.example>' }],
    ['/email', { email: 'bea' }],
    ['/email', { email: `${'b'.repeat(250)}@elm.example` }],
  ])('of the wrong kind is 422 at %s: %j', async (pointer, change) => {
    expectFault(await addUser(change), pointer);
  });

  it('leaves nothing behind when it was refused', async () => {
    const { body } = await product.http.get('/api/v1/users').set(headers).expect(200);
    expect(body.items.map(({ username }: { username: string }) => username)).toEqual(['ada']);
  });

  it.each(['/api/v1/sessions', '/api/v1/password-resets/challenges'])(
    'with a NUL or too many characters is 422 at %s',
    async (path) => {
      const send = (username: string) => {
        const { password, ...body } = { ...credentials(), username };
        return product.http.post(path).send(path.endsWith('sessions') ? { ...body, password } : body);
      };
      expectFault(await send('a\u0000b'), '/username');
      expectFault(await send('x'.repeat(201)), '/username');
    },
  );
});

describe('a Practice ID', () => {
  const signInWith = (practiceId: unknown) =>
    product.http.post('/api/v1/sessions').send({ ...credentials(), practiceId });

  it('with one wrong symbol or two exchanged is 422 at /practiceId', async () => {
    const { practiceId } = practice;
    const other = practiceId[2] === '7' ? '8' : '7';
    const wrong = practiceId.slice(0, 2) + other + practiceId.slice(3);
    const at = [0, 1, 2, 3, 6, 7, 8].find((place) => practiceId[place] !== practiceId[place + 1]) ?? 0;
    const swapped = practiceId.slice(0, at) + practiceId[at + 1] + practiceId[at] + practiceId.slice(at + 2);
    const badOnes = [
      wrong,
      swapped,
      '',
      'elm',
      practiceId.slice(1),
      `${practiceId}0`,
      'x'.repeat(5_000),
      7,
      null,
    ];
    for (const bad of badOnes) expectFault(await signInWith(bad), '/practiceId');
    expectFault(await signInWith(wrong), '/practiceId', 'practice_id');
    expectFault(
      await product.http
        .post('/api/v1/password-resets/challenges')
        .send({ practiceId: wrong, username: 'ada' }),
      '/practiceId',
    );
  });

  it('is read in any case, spacing and look-alikes', async () => {
    const { practiceId } = practice;
    const lookAlikes = practiceId.replaceAll('1', 'l').replaceAll('0', 'o');
    const spaced = ` ${practiceId.replace('-', '').split('').join(' ')} `;
    for (const typed of [practiceId.toLowerCase(), practiceId.replace('-', ''), spaced, lookAlikes]) {
      const { status, body } = await signInWith(typed);
      expect([status, body.practice?.practiceId]).toEqual([201, practiceId]);
    }
  });
});

describe('a query', () => {
  it.each([
    ['/limit', '/users?limit=0'],
    ['/limit', '/users?limit=201'],
    ['/limit', '/users?limit=ten'],
    ['/limit', '/users?limit=1&limit=2'],
    ['/cursor', '/users?cursor=abc'],
    ['/cursor', `/users?cursor=${'x'.repeat(3_000)}`],
    ['/nonsense', '/users?nonsense=1'],
    ['/status', '/users?status=asleep'],
    ['/search', '/users?search=%00'],
    ['/action', '/audit-events?action=%00'],
    ['/from', '/audit-events?from=yesterday'],
    ['/from', '/audit-events?from=0000-01-01T00:00:00Z'],
    ['/outcome', '/audit-events?outcome=maybe'],
    ['/state', '/password-resets?state=lost'],
    ['/userId', '/password-resets?userId=7'],
    ['/channel', '/password-resets?channel=owl'],
    ['/to', '/password-resets?to=2026-13-01T00:00:00Z'],
    ['/state', '/deliveries?state=lost'],
    ['/x', '/practice?x=1'],
  ])('is refused at %s: %s', async (pointer, path) =>
    expectFault(await product.http.get(`/api/v1${path}`).set(headers), pointer),
  );
});
