import { join as path } from 'node:path';
import type { Response } from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listRoutes } from '../architecture/route-list.js';
import { beginning } from '../support/events.js';
import { type Product, startProduct } from '../support/product.js';
import { CALLERS, type Cast, cast } from './matrix-cast.js';

const PAGE = path(import.meta.dirname, 'matrix.md');
const HEAD = `# Every route for everybody

What a running product answers. Written by \`test/access/matrix.e2e.ts\`, which fails when an answer changes or a
route has no row; after a change that is meant: \`npx vitest run --project e2e test/access/matrix.e2e.ts -u\`, and read
the difference.

*yes*: let in (whatever becomes of the request then); *no*: 403 \`forbidden\`; *404*: not there, as far as they can
tell; *sign in*: 401; *own password*: 403 \`password_change_required\`. The front desk is a role of the practice's
own: it reads, changes (names only) and resets staff, and reads their resets and emails.
`;

const ELSEWHERE = 'elsewhere';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
interface Route {
  method: Method;
  path: string;
}

let product: Product;
let people: Cast;
let routes: Route[];
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  people = await cast(product);
  const { body } = await product.http.get('/api/openapi.json').expect(200);
  routes = Object.entries<object>(body.paths)
    .flatMap(([address, methods]) =>
      Object.keys(methods).map((method) => ({ method: method as Method, path: address })),
    )
    .sort((one, other) => order(one).localeCompare(order(other)));
});
afterAll(() => product.stop());

/** What ends somebody comes last: an erasure, then signing out of what everything else is asked with. */
const LAST = ['POST /api/v1/users/{id}/erasure', 'DELETE /api/v1/sessions/current'];
const order = (route: Route): string => {
  const { method, path: address } = route;
  return `${'~'.repeat(LAST.indexOf(nameOf(route)) + 1)}${address} ${method}`;
};
const nameOf = ({ method, path: address }: Route): string => `${method.toUpperCase()} ${address}`;

function word({ status, body, text }: Response): string {
  if (status >= 500) throw new Error(`${status}: ${text}`);
  if (status === 404) return '404';
  if (body?.code === 'unauthenticated') return 'sign in';
  if (body?.code === 'password_change_required') return 'own password';
  if (status === 403) return body.code === 'forbidden' ? 'no' : body.code;
  return 'yes';
}

/** Whose thing an address names; a route that names nothing has one row. */
function targetsOf(route: Route): { whose: string; address: string }[] {
  const parameter = /\{(\w+)\}/.exec(route.path);
  if (!parameter) return [{ whose: '', address: route.path }];
  const kind = route.path.split('/')[3] ?? '';
  const ids = people.targets[kind];
  if (!ids)
    throw new Error(`${nameOf(route)} names a kind of thing that matrix-cast.ts lacks: add one to targets`);
  return Object.entries(ids).map(([whose, id]) => ({
    whose,
    address: route.path.replace(parameter[0], id).replace('{number}', '1'),
  }));
}

/** An empty body goes through where nothing is demanded, and is refused by its schema after the guard elsewhere. */
async function ask({ method }: Route, address: string, caller: keyof Cast['headers']): Promise<string> {
  const request = product.http[method](address).set(people.headers[caller]);
  if (address.endsWith('/events')) return word(await request.buffer().parse(beginning));
  return word(await (method === 'get' || method === 'delete' ? request : request.send({})));
}

it('describes every route of the source but pages and the mailbox', () => {
  const listed = listRoutes().filter(({ isPage }) => !isPage);
  expect(
    routes
      .map(nameOf)
      .filter((name) => !name.includes(' /dev/'))
      .sort(),
  ).toEqual(listed.map(({ method, path: address }) => `${method} ${address}`).sort());
});

it('lets in whom the committed matrix lets in, and nobody into another practice', async () => {
  const rows: string[] = [];
  const astray: string[] = [];
  for (const route of routes) {
    for (const { whose, address } of targetsOf(route)) {
      const answers: string[] = [];
      // Whoever may do most asks last: the others are to find the thing as it was.
      for (const caller of CALLERS.toReversed()) answers.unshift(await ask(route, address, caller));
      rows.push(`| ${[`\`${nameOf(route)}\` ${whose}`.trim(), ...answers].join(' | ')} |`);
      if (whose === ELSEWHERE && answers.includes('yes')) astray.push(nameOf(route));
    }
  }
  expect(astray, 'routes that reach into another practice, or demand a body that ask() lacks').toEqual([]);
  const head = [`| route | ${CALLERS.join(' | ')} |`, `|${'---|'.repeat(CALLERS.length + 1)}`];
  await expect([HEAD, ...head, ...rows, ''].join('\n')).toMatchFileSnapshot(PAGE);
});
