import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Argon2Threads } from '#secrets';
import { asAdministrator } from '../support/people.js';
import { type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { expectFault, expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
let practice: OpenedPractice;
let headers: { authorization: string };
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  practice = await openPractice(product);
  headers = (await asAdministrator(product, practice)).headers;
});
afterAll(() => product.stop());

const add = (username: string, email = 'someone@elm.example') =>
  product.http
    .post('/api/v1/users')
    .set(headers)
    .send({ username, displayName: 'Somebody Else', email, roles: ['staff'] });
const attempt = (username: string, password = PASSWORD) =>
  product.http.post('/api/v1/sessions').send({ practiceId: practice.practiceId, username, password });

describe('a username that only looks like another', () => {
  it.each([
    ['full-width', 'ＡＤＡ'],
    ['capitals', 'ADA'],
    ['mathematical', '𝐚𝐝𝐚'],
    ['a circled letter', 'ⓐda'],
    ['a feminine ordinal', 'adª'],
  ])('and is the same after NFKC is that name, for adding and signing in: %s', async (_kind, username) => {
    expectProblem(await add(username), 409, 'username_taken');
    expect((await attempt(username)).status).toBe(201);
  });

  it.each([
    ['Cyrillic', '\u0430d\u0430'],
    ['Greek', '\u03b1da'],
    ['Turkish dotless i', 'd\u0131ana'],
    ['Turkish capital I with dot', 'd\u0130ana'],
    ['zero-width space', 'a\u200bda'],
    ['zero-width joiner', 'a\u200dda'],
    ['soft hyphen', 'a\u00adda'],
    ['byte order mark', '\ufeffada'],
    ['right-to-left override', '\u202eada'],
    ['isolate', '\u2066ada\u2069'],
    ['combining accent', 'a\u0301da'],
    ['a space at the end', 'ada '],
    ['a tag character', 'ada\u{e0041}'],
    ['a NUL', 'ada\u0000'],
  ])('is no name that anybody can have: %s', async (_kind, username) => {
    expectFault(await add(username), '/username');
    const refused = await attempt(username);
    expect([401, 422]).toContain(refused.status);
    expect(refused.body).not.toHaveProperty('user');
  });

  it('is judged in the root locale: a Turkish I is no i', async () => {
    await add('diana', 'diana@elm.example').expect(201);
    expectProblem(await add('DIANA'), 409, 'username_taken');
    expectProblem(await attempt('d\u0131ana'), 401, 'invalid_credentials');
  });
});

describe('an address that only looks like another', () => {
  it.each([
    'm\u0131ke@elm.example',
    'mike@\u0435lm.example',
    'mike@elm\u3002example',
    'ｍike@elm.example',
    'mike@elm.example\u200b',
    'mike@xn--.example-',
  ])('is refused as it is written: %j', async (email) => expectFault(await add('mike', email), '/email'));
});

describe('a name that plays with its surroundings', () => {
  it.each([
    '\u202eevil',
    'a\u2066b',
    'line\u2028break',
    'tab\there',
    'nul\u0000',
    'bell\u0007',
    'esc\u001b[31m',
  ])('is refused: %j', async (displayName) => {
    const person = { username: 'pat', displayName, email: 'pat@elm.example', roles: ['staff'] };
    expectFault(await product.http.post('/api/v1/users').set(headers).send(person), '/displayName');
  });
});

describe('a password far too long', () => {
  it('is refused before anything is hashed', async () => {
    const hashing = product.app.get(Argon2Threads);
    const hashed = vi.spyOn(hashing, 'verify');
    expectProblem(await attempt('ada', 'x'.repeat(1_000_000)), 413, 'payload_too_large');
    expectFault(await attempt('ada', 'x'.repeat(5_000)), '/password');
    const change = product.http.put('/api/v1/me/password').set(headers);
    expectFault(
      await change.send({ currentPassword: PASSWORD, newPassword: 'x'.repeat(5_000) }),
      '/newPassword',
    );
    expect(hashed).not.toHaveBeenCalled();
    expect((await attempt('ada')).status).toBe(201);
    expect(hashed).toHaveBeenCalled();
  });
});
