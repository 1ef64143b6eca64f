import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FieldSchema, type Operation, operationsOf } from '../support/api-description.js';
import { asAdministrator } from '../support/people.js';
import { openPractice } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { fieldsOf, sampleOf, typeOf, withValue } from './samples.js';

// Walks every route of the running product with every shape that does not belong into each of its fields.
const NOBODY = '019ab0c4-2f0e-7cc1-9b3f-5d2f1a7c0001';
let product: Product;
let headers: { authorization: string };
let operations: Operation[];
let before: unknown;
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  const practice = await openPractice(product);
  await product.stopWorker();
  headers = (await asAdministrator(product, practice)).headers;
  operations = await operationsOf(product);
  before = await everything();
});
afterAll(() => product.stop());

/** What the database holds, but for the count of refusals and when a session was last seen. */
async function everything(): Promise<unknown> {
  const tables = await product.database.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
       and relname not in ('audit_refusals', 'request_counts', 'sessions', 'sign_in_attempts') order by 1`,
  );
  const sums = tables.map(async ({ name }) => {
    const [row] = await product.database.query(
      `select $1 as name, count(*)::int as rows, md5(string_agg(t::text, '' order by t::text)) from ${name} t`,
      [name],
    );
    return row;
  });
  return [...(await Promise.all(sums)), await product.database.query('select id from sessions order by id')];
}

const addressOf = ({ path }: Operation) =>
  path.replaceAll(/\{key\}/g, 'no-such-role').replaceAll(/\{\w+\}/g, NOBODY);
const send = ({ method }: Operation, address: string, body?: string) => {
  const request = product.http[method](address).set(headers);
  return body === undefined ? request : request.set('content-type', 'application/json').send(body);
};
const withBody = () =>
  operations.flatMap((operation) => (operation.body ? [{ operation, schema: operation.body }] : []));

const OBJECTS: unknown[] = [{}, { $ne: null }, { toString: 'x' }];
/** For each type what is of another. */
const WRONG: Record<string, unknown[]> = {
  string: [7, true, null, ['x'], [['x']], ...OBJECTS],
  integer: ['7', 1.5, 1e99, null, true, [1], ...OBJECTS],
  boolean: ['true', 1, null, [true], ...OBJECTS],
  array: ['x', 7, null, { 0: 'x', length: 1 }],
  object: ['x', 7, null, true, [], [{}]],
};
const wrongFor = (schema: FieldSchema): unknown[] => [
  ...(WRONG[typeOf(schema)] ?? []).filter((value) => value !== null || !schema.type?.includes('null')),
  ...(schema.maxLength === undefined ? [] : ['x'.repeat(schema.maxLength + 1)]),
];

describe('every body', () => {
  it('is refused where a field is of another type or too long, and the fault names the field', async () => {
    let sent = 0;
    for (const { operation, schema } of withBody()) {
      const good = sampleOf(schema);
      for (const field of fieldsOf(schema)) {
        for (const value of wrongFor(field.schema)) {
          const body = JSON.stringify(withValue(good, field.pointer, value));
          const answer = await send(operation, addressOf(operation), body);
          const place = `${operation.name} ${field.pointer} ${JSON.stringify(value).slice(0, 40)}`;
          expect([place, answer.status]).toEqual([place, 422]);
          const faults = answer.body.errors as { pointer: string }[];
          expect(
            faults.some(({ pointer }) => pointer.startsWith(field.pointer)),
            place,
          ).toBe(true);
          sent += 1;
        }
      }
    }
    expect(sent).toBeGreaterThan(250);
  });

  it('is refused with a field too many, at every depth', async () => {
    for (const { operation, schema } of withBody()) {
      for (const { pointer } of fieldsOf(schema).filter((field) => typeOf(field.schema) === 'object')) {
        for (const name of ['isAdmin', 'practice_id', 'constructor', 'toString', 'role$']) {
          const body = withValue(sampleOf(schema), `${pointer}/${name}`, { prototype: { admin: true } });
          const answer = await send(operation, addressOf(operation), JSON.stringify(body));
          expect([operation.name, pointer, name, answer.status]).toEqual([
            operation.name,
            pointer,
            name,
            422,
          ]);
          expect(answer.body.errors).toContainEqual(
            expect.objectContaining({ pointer: `${pointer}/${name}` }),
          );
        }
      }
    }
  });

  it('is refused with a name twice, __proto__, a NUL or half a surrogate pair in it', async () => {
    for (const { operation, schema } of withBody()) {
      const good = JSON.stringify(sampleOf(schema));
      for (const { pointer, schema: field } of fieldsOf(schema)) {
        const name = JSON.stringify(pointer.split('/').at(-1));
        const bodies = [
          ...(pointer === '' ? [] : [good.replace(`${name}:`, `${name}:0,${name}:`)]),
          ...(typeOf(field) === 'object' ? [good.replace('{', '{"__proto__":{"admin":true},')] : []),
          ...(typeOf(field) === 'string'
            ? [JSON.stringify(withValue(JSON.parse(good), pointer, 'x\uDC00'))]
            : []),
        ];
        for (const body of bodies) {
          // An item of a list has no name to be given twice.
          if (body === good) continue;
          const answer = await send(operation, addressOf(operation), body);
          expect([operation.name, pointer, answer.status]).toEqual([operation.name, pointer, 400]);
        }
        if (typeOf(field) !== 'string') continue;
        const nul = JSON.stringify(withValue(JSON.parse(good), pointer, 'a\u0000b'));
        const { status } = await send(operation, addressOf(operation), nul);
        expect([operation.name, pointer, status >= 400 && status < 500]).toEqual([
          operation.name,
          pointer,
          true,
        ]);
      }
    }
  });

  it('is refused when it is large, deep or no object, whatever the route takes', async () => {
    const large = JSON.stringify({ password: 'x'.repeat(1_000_000) });
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    for (const operation of operations.filter(({ method }) => method !== 'get')) {
      const address = addressOf(operation);
      expectProblem(await send(operation, address, large), 413, 'payload_too_large');
      expectProblem(await send(operation, address, deep), 400, 'malformed_body');
      const listed = await send(operation, address, '[{"a":1}]');
      expect([operation.name, listed.body.code]).toEqual([operation.name, 'validation_failed']);
      expectProblem(listed, 422, 'validation_failed');
    }
  });
});

describe('every query', () => {
  const ask = (operation: Operation, query: string) => {
    const request = send(operation, `${addressOf(operation)}?${query}`);
    return operation.takesCsv ? request.set('content-type', 'text/csv').send('username') : request;
  };

  it('is refused with a parameter twice, nested, with a NUL, or far too long', async () => {
    let sent = 0;
    for (const operation of operations) {
      for (const { name } of operation.query) {
        const long = 'x'.repeat(4_000);
        for (const query of [
          `${name}=1&${name}=2`,
          `${name}[]=1`,
          `${name}[$ne]=1`,
          `${name}=%00`,
          `${name}=${long}`,
        ]) {
          const answer = await ask(operation, query);
          expect([operation.name, query.slice(0, 40), answer.status]).toEqual([
            operation.name,
            query.slice(0, 40),
            422,
          ]);
          sent += 1;
        }
      }
    }
    expect(sent).toBeGreaterThan(100);
  });

  it('is refused with a parameter that the route does not know', async () => {
    for (const operation of operations) {
      for (const name of ['nonsense', '__proto__', 'constructor', 'practiceId']) {
        const answer = await ask(operation, `${name}=1`);
        expect([operation.name, name, answer.status]).toEqual([operation.name, name, 422]);
      }
    }
  });
});

describe('every id in an address', () => {
  it('is refused when it is none: nothing is looked up', async () => {
    for (const operation of operations.filter(({ path }) => path.includes('{'))) {
      for (const id of [
        'x',
        '1',
        '..%2f..%2fpractice',
        '%00',
        "'%20or%20'1'='1",
        '%F0%9F%94%91',
        'x'.repeat(90),
      ]) {
        const address = operation.path.replaceAll(/\{\w+\}/g, id);
        const answer = await send(
          operation,
          address,
          operation.body ? JSON.stringify(sampleOf(operation.body)) : undefined,
        );
        expect([operation.name, id, [404, 422].includes(answer.status)]).toEqual([operation.name, id, true]);
      }
    }
  });
});

it('and nothing of it has changed anything', async () => {
  expect(await everything()).toEqual(before);
});
