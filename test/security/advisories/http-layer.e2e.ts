import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Operation, operationsOf } from '../../support/api-description.js';
import { follow } from '../../support/events.js';
import { credentialIn, nextMail } from '../../support/mail.js';
import { type Invited, invite } from '../../support/people.js';
import { type OpenedPractice, openPractice, PASSWORD, signIn } from '../../support/practice.js';
import { type Product, startProduct } from '../../support/product.js';

let product: Product;
let practice: OpenedPractice;
let invited: Invited;
let operations: Operation[];
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  practice = await openPractice(product);
  invited = await invite(product, practice);
  operations = (await operationsOf(product)).filter(({ guarded }) => guarded);
  const server = product.app.getHttpServer();
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => product.stop());

const pathOf = ({ path }: Operation) => path.replaceAll(/\{\w+\}/g, practice.administrator.userId);

/** A request as it is written on the wire: no client tidies its address or its headers. */
function raw(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<{ status: number; text: string }> {
  const { port } = product.app.getHttpServer().address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', method, path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** The same address in the spellings that one layer reads and another does not. */
function spellings(path: string): string[] {
  const last = path.lastIndexOf('/') + 1;
  const letter = path[last] ?? '';
  const encoded = `%${letter.charCodeAt(0).toString(16)}`;
  return [
    `${path.slice(0, last)}${encoded}${path.slice(last + 1)}`,
    path.replace('/api/', '/%61pi/'),
    path.replace('/v1/', '/v1%2f'),
    path.replace('/v1/', '/v1//'),
    path.replace('/v1/', '/v1/./'),
    path.replace('/v1/', '/v1/x/../'),
    path.replace('/v1/', '/V1/'),
    path.toUpperCase(),
    `/${path}`,
    `${path}/`,
    `${path}//`,
    `${path};x=1`,
    `${path}%00`,
    `${path}%20`,
    `${path}.json`,
    `${path}?_method=GET`,
    `${path}#x`,
    `http://evil.test${path}`,
  ];
}

describe('Nest CVE-2025-69211, Nest CVE-2026-2293, Nest CVE-2026-35515, Fastify CVE-2026-25223, Fastify CVE-2026-33806, Fastify CVE-2026-3419: no guard is passed by HEAD, by an encoded path or by an odd Content-Type', () => {
  it('every guarded route refuses a stranger in every method that reaches it', async () => {
    for (const operation of operations) {
      const path = pathOf(operation);
      const method = operation.method.toUpperCase();
      expect((await raw(method, path)).status, operation.name).toBe(401);
      if (method === 'GET') expect((await raw('HEAD', path)).status, operation.name).toBe(401);
      for (const other of ['OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']) {
        const { status } = await raw(other, path);
        expect([400, 401, 404, 405, 501], `${other} ${path}`).toContain(status);
      }
    }
  });

  it('and in every spelling of its address', async () => {
    for (const operation of operations) {
      for (const path of spellings(pathOf(operation))) {
        const { status } = await raw(operation.method.toUpperCase(), path);
        expect([400, 401, 404, 405, 422], `${operation.method} ${path}`).toContain(status);
      }
    }
  });

  it('and whatever method or address a header says it really is', async () => {
    const headers = {
      'x-http-method-override': 'POST',
      'x-http-method': 'DELETE',
      'x-method-override': 'PATCH',
      'x-original-url': '/health/live',
      'x-rewrite-url': '/health/live',
      'x-middleware-subrequest': 'middleware',
    };
    for (const operation of operations) {
      const { status } = await raw(operation.method.toUpperCase(), pathOf(operation), headers);
      expect(status, operation.name).toBe(401);
    }
  });

  it('and whoever has a temporary password gets no further by any of these', async () => {
    const { practiceId } = practice;
    const credential = credentialIn(invited.welcome);
    const { headers } = await signIn(product, practiceId, invited.username, credential);
    for (const operation of operations.filter(({ method }) => method === 'get')) {
      if (operation.path.endsWith('/sessions/current')) continue;
      const path = pathOf(operation);
      expect((await raw('HEAD', path, headers)).status, operation.name).toBe(403);
      for (const spelt of spellings(path)) {
        const { status } = await raw('GET', spelt, headers);
        expect([400, 403, 404, 422], `GET ${spelt}`).toContain(status);
      }
    }
  });

  it.each([
    'application/json\t',
    'application/json\ta',
    'application/json ;charset=utf-8',
    'application/json; charset=utf-7',
    'application/json;application/x-www-form-urlencoded',
    'application/json, text/plain',
    ' application/json',
    'APPLICATION/JSON',
    'application/jsonx',
    'application/vnd.api+json',
    'application/json-patch+json',
    'text/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '/',
    '*/*',
    '',
  ])('no body is taken unchecked: Content-Type %j', async (type) => {
    const headers = { 'content-type': type };
    const unchecked = JSON.stringify({
      practiceId: practice.practiceId,
      username: ['ada'],
      password: PASSWORD,
    });
    const { status, text } = await raw('POST', '/api/v1/sessions', headers, unchecked);
    expect([400, 415, 422], text).toContain(status);
    const change = JSON.stringify({ displayName: { $set: 'x' }, roles: 'administrator' });
    const guarded = { ...headers, ...practice.administrator.headers };
    const patched = await raw('PATCH', `/api/v1/users/${practice.administrator.userId}`, guarded, change);
    expect([400, 415, 422], patched.text).toContain(patched.status);
  });

  it('a newline in what a stream tells begins no event, in any of its fields', async () => {
    const { administrator } = practice;
    const reset = product.http.post(`/api/v1/users/${invited.id}/password-reset`).set(administrator.headers);
    const { body } = await reset.expect(202);
    await nextMail(product.mailbox, invited.email, 'temporary-credential');
    const evil = ['\n', '\r', '\r\n', '\u2028'].map(
      (end) => `x${end}${end}event: forged${end}data: {}${end}${end}`,
    );
    await product.database.query(
      `update password_resets set requested_by_type = $2, requested_by_id = $2 where id = $1`,
      [body.id, evil.join('')],
    );
    const stream = await follow(
      product.app,
      `/api/v1/password-resets/${body.id}/events`,
      administrator.headers,
    );
    await stream.until(({ id }) => id === body.id);
    stream.close();
    expect(stream.states).toHaveLength(1);
    expect(stream.states[0]).toMatchObject({ requestedBy: { type: evil.join(''), id: evil.join('') } });
    const lines = stream.text().split(/\r\n|\r|\n/);
    expect(lines.filter((line) => !/^(?:data: \{"id":.*|retry: \d+|:|)$/s.test(line))).toEqual([]);
  });
});
