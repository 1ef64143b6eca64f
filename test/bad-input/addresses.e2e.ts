import { METHODS } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationsOf } from '../support/api-description.js';
import { openPractice } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { openWire, type Wire } from '../support/wire.js';

const ID = /\{\w+\}/g;
let product: Product;
let wire: Wire;
let headers: { authorization: string };
/** Every address with the methods that it takes. */
let addresses: Map<string, Set<string>>;
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  ({ headers } = (await openPractice(product)).administrator);
  wire = await openWire(product);
  const pages = [
    '/',
    '/health/live',
    '/health/ready',
    '/api/docs',
    '/api/openapi.json',
    '/problems/stale',
    '/dev/mail',
  ];
  addresses = new Map(pages.map((path) => [path, new Set(['GET'])]));
  const operations = await operationsOf(product);
  for (const { path } of operations) {
    // An address may be another one's with an id in it: `challenges` of /password-resets/{id}.
    const address = path.replaceAll(ID, '019ab0c4-2f0e-7cc1-9b3f-5d2f1a7c0001');
    const same = operations.filter((other) =>
      new RegExp(`^${other.path.replaceAll(ID, '[^/]+')}$`).test(address),
    );
    addresses.set(address, new Set(same.map(({ method }) => method.toUpperCase())));
  }
});
afterAll(() => product.stop());

describe('every address', () => {
  it('takes its methods and no other: 405 with Allow, signed in or not', async () => {
    const others = METHODS.filter((method) => !['CONNECT', 'HEAD'].includes(method));
    for (const [address, taken] of addresses) {
      for (const method of others.filter((each) => !taken.has(each))) {
        const answer = await wire.ask(method, address, method === 'TRACE' ? {} : headers);
        const allowed = answer.headers['allow']?.split(', ').filter((name) => name !== 'HEAD');
        expect([method, address, answer.status, allowed]).toEqual([method, address, 405, [...taken].sort()]);
      }
    }
  });

  it('answers HEAD as GET without the body, and lets nobody in by it (Nest CVE-2026-35515)', async () => {
    for (const [address, taken] of addresses) {
      if (!taken.has('GET')) continue;
      for (const as of [{}, headers]) {
        const [get, head] = [await wire.ask('GET', address, as), await wire.ask('HEAD', address, as)];
        expect([address, head.status, head.text]).toEqual([address, get.status, '']);
      }
    }
  });

  it('does not become another method by a header or a parameter', async () => {
    const override = {
      ...headers,
      'x-http-method-override': 'DELETE',
      'x-http-method': 'DELETE',
      'x-method-override': 'DELETE',
    };
    expect((await wire.ask('GET', '/api/v1/sessions/current', override)).status).toBe(200);
    expect((await wire.ask('GET', '/api/v1/sessions/current?_method=DELETE', headers)).status).toBe(422);
    expect((await wire.ask('GET', '/api/v1/sessions/current', headers)).status).toBe(200);
  });

  it('does not become another address by a header', async () => {
    const rewritten = {
      'x-original-url': '/health/live',
      'x-rewrite-url': '/health/live',
      'x-forwarded-prefix': '/health',
    };
    expect((await wire.ask('GET', '/api/v1/users', rewritten)).status).toBe(401);
  });
});

describe('an address', () => {
  it.each([
    '/api/v1/nothing',
    '/api/v1/users/',
    '//api/v1/users',
    '/api/v1//users',
    '/API/v1/users',
    '/api/v1%2Fusers',
    '/api%2fv1%2fusers',
    '/api/v1/users%00',
    '/api/v1/users;x=1',
    '/api/v1/./users',
    '/api/v1/sessions/../users',
    '/api/v1/sessions/%2e%2e/users',
    '/api/v1/..%5cusers',
    '/api/v1/users%',
    '/api/v1/users/%E0%A4%A',
    '/api/v1/users/%ff',
    '/api/v1/users%20',
    '/api/docs/..%2f..%2fpackage.json',
    '/problems/__proto__',
    '/problems/constructor',
    `/${'x'.repeat(9_000)}`,
    `/api/v1/users/${'x'.repeat(500)}`,
    '*',
  ])('that is nobody’s is 404: %.60s', async (path) => {
    const answer = await wire.ask('GET', path, headers);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([404, 'not_found']);
  });

  it('in another spelling is guarded as the plain one is', async () => {
    for (const path of [
      '/api/v1/%75sers',
      '/%61pi/v1/users',
      '/api/v1/users?',
      '/api/v1/users?a=%ff',
      'http://evil.example/api/v1/users',
    ]) {
      expect([path, (await wire.ask('GET', path)).status]).toEqual([path, 401]);
    }
  });

  it('never leads to a file of the product', async () => {
    for (const path of [
      '/api/docs/%2e%2e/package.json',
      '/api/docs/..%2fpackage.json',
      '/dev/mail/..%2f..%2fpackage.json',
      '/api/docs/....//package.json',
    ]) {
      const { status, text } = await wire.ask('GET', path);
      expect([403, 404], path).toContain(status);
      expect(text).not.toMatch(/"name": ?"/);
    }
  });

  it('with an id that is none is 422', async () =>
    expectProblem(await product.http.get('/api/v1/users/xyz').set(headers), 422, 'validation_failed'));
});

describe('what is hardly HTTP', () => {
  const line = 'POST /api/v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
  it.each([
    ['a method that does not exist', 'FOO / HTTP/1.1\r\nhost: x\r\n\r\n', 400],
    ['an address beyond ASCII', 'GET /api/v1/us\xe9rs HTTP/1.1\r\nhost: x\r\n\r\n', 400],
    ['two lengths', `${line}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`, 400],
    ['length and chunks', `${line}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['an unknown transfer coding', `${line}transfer-encoding: xchunked\r\n\r\n{}`, 400],
    ['a negative length', `${line}content-length: -1\r\n\r\n`, 400],
    ['a folded header', `${line}x-a: 1\r\n b\r\ncontent-length: 2\r\n\r\n{}`, 400],
    ['a space before the colon', `${line}content-length : 2\r\n\r\n{}`, 400],
    ['a NUL in the address', 'GET /api\0/v1 HTTP/1.1\r\nhost: x\r\n\r\n', 400],
    ['a header of 20,000 letters', `GET / HTTP/1.1\r\nhost: x\r\nx-a: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['an address of 20,000 letters', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431],
    ['3,000 headers', `GET / HTTP/1.1\r\nhost: x\r\n${'a: 1\r\n'.repeat(3_000)}\r\n`, 431],
  ])('is refused and the connection closed: %s', async (_what, bytes, status) => {
    const answer = await wire.say(bytes);
    expect(answer.split('\r\n', 1)[0]).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(answer).toMatch(/^content-type: application\/problem\+json/m);
  });
});
