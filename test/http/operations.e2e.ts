import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startProduct } from '../support/product.js';
import { mailRuns } from '../support/recovery.js';

/** The routes of the contract that stand so far; what it adds later is found by the router's own list. */
const PROMISED = `
GET /health/live
GET /health/ready
POST /api/v1/practices
GET /api/v1/security-questions
POST /api/v1/sessions
GET /api/v1/sessions
GET /api/v1/sessions/current
DELETE /api/v1/sessions/current
DELETE /api/v1/sessions/{id}
POST /api/v1/sessions/current/reauthentication
POST /api/v1/password-resets/challenges
POST /api/v1/password-resets
GET /api/v1/password-resets
GET /api/v1/password-resets/{id}
PUT /api/v1/me/password
PUT /api/v1/me/security-question
GET /api/v1/practice
PATCH /api/v1/practice
GET /api/v1/users
POST /api/v1/users
GET /api/v1/users/{id}
PATCH /api/v1/users/{id}
POST /api/v1/users/{id}/password-reset
POST /api/v1/users/{id}/welcome-email
DELETE /api/v1/users/{id}/sessions
POST /api/v1/bulk-password-resets
GET /api/v1/bulk-password-resets/{id}
GET /api/v1/bulk-password-resets/{id}/events
POST /api/v1/bulk-password-resets/{id}/pause
POST /api/v1/bulk-password-resets/{id}/resume
POST /api/v1/bulk-password-resets/{id}/cancel
GET /api/v1/roles
GET /api/v1/permissions
GET /api/v1/deliveries
GET /api/v1/deliveries/{id}
POST /api/v1/deliveries/{id}/retry
GET /api/v1/audit-events
GET /api/v1/audit-events/verification`
  .trim()
  .split('\n');

/** Changes that take no body. */
const BODILESS = [
  /\/welcome-email$/,
  /\/retry$/,
  /\/cancellation$/,
  /\/restoration$/,
  /\/(pause|resume|cancel)$/,
  /\/hold\/lifting(\/confirmation)?$/,
];

interface Operation {
  parameters?: { name: string; in: string; schema?: object }[];
  requestBody?: { content: Record<string, { schema?: object }> };
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}

let product: Product;
let document: { openapi: string; paths: Record<string, Record<string, Operation>> };
let operations: [string, Operation][];
beforeAll(async () => {
  product = await startProduct();
  const response = await product.http.get('/api/openapi.json').expect(200);
  document = response.body;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
});
afterAll(() => product.stop());

const schemasOf = (content: Record<string, { schema?: object }> | undefined) =>
  Object.values(content ?? {}).map(({ schema }) => Object.keys(schema ?? {}).length > 0);

describe('the description of the API', () => {
  it('is OpenAPI 3.1 and names every route that is promised', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(operations.map(([route]) => route)).toEqual(expect.arrayContaining(PROMISED));
  });

  it('names every route that the router answers under /api/v1', () => {
    const routes = product.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
    expect(routes).toContain('api/v1/users');
    const described = new Set(operations.map(([route]) => route.replaceAll(/\{(\w+)\}/g, ':$1')));
    const stack: string[] = [];
    const unknown: string[] = [];
    for (const line of routes.split('\n')) {
      const [, indent = '', part = '', methods] = /^([│ ]*)[├└]── (\S+)(?: \((.+)\))?/.exec(line) ?? [];
      stack.length = indent.length / 4;
      stack.push(part);
      const path = stack.join('');
      if (!path.startsWith('/api/v1')) continue;
      for (const method of (methods ?? '').split(', ').filter((name) => name && name !== 'HEAD')) {
        if (!described.has(`${method} ${path}`)) unknown.push(`${method} ${path}`);
      }
    }
    expect(unknown).toEqual([]);
  });

  it('gives every route a schema for what goes in, what comes out, and problems', () => {
    for (const [route, { responses, requestBody, parameters = [] }] of operations) {
      const { default: problem, ...done } = responses;
      expect(schemasOf(problem?.content), `${route}: problem`).toEqual([true]);
      expect(Object.keys(done).length, `${route}: answers`).toBeGreaterThan(0);
      for (const [status, { content }] of Object.entries(done)) {
        const told = [...new Set(schemasOf(content))];
        if (status !== '204') expect(told, `${route}: ${status}`).toEqual([true]);
      }
      const takesBody = /^(POST|PUT|PATCH)/.test(route) && !BODILESS.some((end) => end.test(route));
      if (takesBody) expect(schemasOf(requestBody?.content), `${route}: body`).toEqual([true]);
      for (const { name, schema } of parameters) {
        expect(Object.keys(schema ?? {}).length, `${route}: ${name}`).toBeGreaterThan(0);
      }
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
      expect(inPath, route).toEqual(route.match(/\{\w+\}/g) ?? []);
    }
  });

  it('is readable at /api/docs', async () => {
    const { headers } = await product.http.get('/api/docs').expect(200);
    expect(headers['content-type']).toMatch(/^text\/html/);
  });
});

describe('every answer', () => {
  it('names its request, forbids framing and sniffing, and is not cached', async () => {
    const { headers } = await product.http.get('/api/v1/security-questions').expect(200);
    expect(headers).toMatchObject({
      'x-request-id': expect.stringMatching(/\S/),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers).not.toHaveProperty('x-powered-by');
  });
});

describe('health', () => {
  it('is live as long as the process runs', async () => {
    const { body } = await product.http.get('/health/live').expect(200);
    expect(body).toEqual({ status: 'ok' });
  });

  it('is ready with database, queue and mail, and degraded when no worker takes the mail', async () => {
    await mailRuns(product);
    const { body } = await product.http.get('/health/ready').expect(200);
    expect(body).toEqual({
      status: 'ok',
      database: { state: 'ok' },
      queue: { state: 'ok' },
      mail: { state: 'ok', routes: [{ state: 'ok' }], stoppedAt: null },
      auditSinks: { state: 'ok', behind: 0 },
    });
    await product.stopWorker();
    await product.advance(121);
    const later = await product.http.get('/health/ready').expect(200);
    expect(later.body).toMatchObject({ status: 'degraded', database: { state: 'ok' } });
    expect(later.body.mail.state).toBe('degraded');
  });
});
