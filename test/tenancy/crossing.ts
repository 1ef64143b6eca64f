import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { type FieldSchema, type Operation, operationsOf } from '../support/api-description.js';
import { beginning } from '../support/events.js';
import type { Product } from '../support/product.js';
import type { Furnished } from './two-practices.js';

type Headers = { authorization: string };

/** One request that asked for an object of another practice, and what it was answered. */
export interface Crossing {
  name: string;
  response: Response;
  /** The same request for an object that exists nowhere. */
  nowhere: Response;
}

/** A body with which an operation would do its work, where an empty one is refused before anything is looked up. */
const BODIES: Record<string, object> = {
  'PATCH /api/v1/users/{id}': { displayName: 'Taken Over' },
  'POST /api/v1/users/{id}/password-reset': { lockNow: true },
  'PATCH /api/v1/roles/{key}': { name: 'Taken over' },
};

/** What an address names here is the same for every practice: another's own wording has no address at all. */
const SHARED = new Set(['templates']);

/** Fields that name an object, and the collection it is in; null where they name nothing of any practice's own. */
const REFERENCES: Record<string, string | null> = {
  userId: 'users',
  actorId: 'users',
  personId: 'users',
  targetId: 'users',
  id: 'audit-events',
  requestId: 'requests',
  role: 'roles',
  roles: 'roles',
  practiceId: null,
  questionId: null,
  securityQuestionId: null,
};
const NAMES_AN_OBJECT = /(?:^id|Ids?|^roles?)$/;

/** Asks every operation with an object in its path for one of `theirs`. */
export async function crossByPath(
  product: Product,
  headers: Headers,
  theirs: Furnished,
): Promise<Crossing[]> {
  const crossings: Crossing[] = [];
  for (const operation of await operationsOf(product)) {
    const parameter = /\{(\w+)\}/.exec(operation.path)?.[1];
    if (!parameter || isShared(operation)) continue;
    const ask = (id: string) => {
      const path = operation.path.replaceAll(/\{\w+\}/g, id);
      const request = product.http[operation.method](path).set(headers);
      return path.endsWith('/events') ? request.buffer().parse(beginning) : request.send(bodyOf(operation));
    };
    const id = objectFor(operation, theirs);
    const response = await ask(id);
    const nowhere = await ask(parameter === 'id' ? nobody() : 'no-such-key');
    crossings.push({ name: operation.name, response, nowhere });
  }
  return crossings;
}

/** Puts an object of `theirs` into every query parameter and body field that names one. */
export async function crossByField(
  product: Product,
  headers: Headers,
  mine: Furnished,
  theirs: Furnished,
): Promise<Crossing[]> {
  const crossings: Crossing[] = [];
  for (const operation of await operationsOf(product)) {
    if (!operation.guarded) continue;
    const path = operation.path.replaceAll(/\{\w+\}/g, () => objectFor(operation, mine));
    for (const { name } of operation.query.filter(({ name }) => NAMES_AN_OBJECT.test(name))) {
      const ask = (value: string) =>
        product.http
          .get(path)
          .query({ [name]: value })
          .set(headers);
      const collection = collectionOf(operation, name);
      if (!collection) continue;
      const response = await ask(theirs.objects[collection] ?? '');
      const nowhere = await ask(collection === 'roles' ? 'no-such-key' : nobody());
      crossings.push({ name: `${operation.name}?${name}=`, response, nowhere });
    }
    for (const [name, schema] of Object.entries(operation.body?.properties ?? {})) {
      if (!NAMES_AN_OBJECT.test(name)) continue;
      const collection = collectionOf(operation, name);
      if (!collection) continue;
      const ask = (value: string) =>
        product.http[operation.method](path)
          .set(headers)
          .send({ ...person(operation), [name]: isList(schema) ? [value] : value });
      const response = await ask(theirs.objects[collection] ?? '');
      const nowhere = await ask(collection === 'roles' ? 'no-such-key' : nobody());
      crossings.push({ name: `${operation.name} { ${name} }`, response, nowhere });
    }
  }
  return crossings;
}

/** Where each list of `theirs` goes on, as they are told themselves. */
export async function cursorsOf(product: Product, theirs: Furnished): Promise<Map<string, string>> {
  const cursors = new Map<string, string>();
  for (const { path } of (await operationsOf(product)).filter(takesCursor)) {
    const own = await product.http
      .get(path)
      .query({ limit: 1 })
      .set(theirs.administrator.headers)
      .expect(200);
    if (own.body.nextCursor) cursors.set(path, own.body.nextCursor);
  }
  return cursors;
}

/** Reads every list plainly, by every term of theirs that its parameters take, and from where theirs goes on. */
export async function readLists(
  product: Product,
  headers: Headers,
  theirs: Furnished,
  cursors: Map<string, string>,
): Promise<{ name: string; response: Response }[]> {
  const read: { name: string; response: Response }[] = [];
  for (const { method, path, query, guarded } of await operationsOf(product)) {
    if (method !== 'get' || path.includes('{') || !guarded) continue;
    const get = async (name: string, terms: object) =>
      read.push({
        name: `${path}${name}`,
        response: await product.http.get(path).query(terms).set(headers),
      });
    await get('', query.some(({ name }) => name === 'limit') ? { limit: 200 } : {});
    const cursor = cursors.get(path);
    if (cursor) await get('?cursor=', { cursor });
    for (const { name, schema } of query) {
      if (schema.enum || ['limit', 'cursor', 'from', 'to'].includes(name)) continue;
      for (const mark of theirs.marks) await get(`?${name}=${mark}`, { [name]: mark });
    }
  }
  return read;
}

/** An answer without what differs between any two: its request's id, and the key that was asked for. */
export function wordsOf({ status, text }: Response, ...asked: string[]): string {
  const words = text.replace(/"requestId":"[^"]*"/, '');
  return `${status} ${[...asked, 'no-such-key'].reduce((said, key) => said.replaceAll(key, '…'), words)}`;
}

const nobody = (): string => `01000000-0000-7000-8000-${randomUUID().slice(-12)}`;

const takesCursor = ({ method, path, query }: Operation): boolean =>
  method === 'get' && !path.includes('{') && query.some(({ name }) => name === 'cursor');

const isList = ({ type }: FieldSchema): boolean => type === 'array';

const person = ({ name }: Operation): object =>
  name === 'POST /api/v1/users'
    ? { username: 'crossing', displayName: 'Crossing', email: 'crossing@elm.example', roles: ['staff'] }
    : {};

/** The collection that a path is in, which is also where `objects` has one of it. */
const collectionIn = ({ path }: Pick<Operation, 'path'>): string => path.split('/')[3] ?? '';

export const isShared = (operation: Pick<Operation, 'path'>): boolean => SHARED.has(collectionIn(operation));

function objectFor({ name, path }: Operation, practice: Furnished): string {
  const collection = collectionIn({ path });
  if (SHARED.has(collection)) return 'password-changed';
  const object = practice.objects[collection];
  if (object) return object;
  throw new Error(
    `${name} names an object that this walk cannot ask for: add one of \`${collection}\` to \`objects\` in two-practices.ts`,
  );
}

function bodyOf(operation: Operation): object | undefined {
  const body = BODIES[operation.name];
  if (!body && operation.body?.required?.length) {
    throw new Error(`${operation.name} needs a body to get as far as its object: add one to BODIES`);
  }
  return body;
}

function collectionOf({ name }: Operation, field: string): string | null {
  const collection = REFERENCES[field];
  if (collection !== undefined) return collection;
  throw new Error(`${name} takes \`${field}\`, which may name an object: say which kind in REFERENCES`);
}
