import { expect } from 'vitest';
import { expectProblem } from '../support/problems.js';
import type { Product } from '../support/product.js';
import { crossByField, crossByPath, cursorsOf, readLists, wordsOf } from './crossing.js';
import { everythingOf, type Furnished } from './two-practices.js';

/**
 * The isolation suite: nothing that `mine` asks for shows, changes or tells apart anything of `theirs`.
 * Called against the whole product, and against products that lack one of their layers.
 */
export async function expectWall(product: Product, mine: Furnished, theirs: Furnished): Promise<void> {
  const cursors = await cursorsOf(product, theirs);
  const before = await everythingOf(product, theirs.tenantId);
  const { headers } = mine.administrator;
  const byPath = await crossByPath(product, headers, theirs);
  expect(byPath.length).toBeGreaterThanOrEqual(9);
  for (const { name, response, nowhere } of byPath) {
    expect(wordsOf(response, ...theirs.marks), name).toBe(wordsOf(nowhere));
    expectProblem(response, 404, 'not_found');
  }
  const byField = await crossByField(product, headers, mine, theirs);
  expect(byField.length).toBeGreaterThanOrEqual(7);
  for (const { name, response, nowhere } of byField) {
    expect(wordsOf(response, ...theirs.marks), name).toBe(wordsOf(nowhere, 'no-such-key'));
    expect([200, 422], name).toContain(response.status);
    if (response.status === 200) expect(response.body.items, name).toEqual([]);
  }
  const lists = await readLists(product, headers, theirs, cursors);
  expect(lists.length).toBeGreaterThanOrEqual(40);
  for (const { name, response } of lists) {
    expect([200, 422], name).toContain(response.status);
    for (const mark of theirs.marks) {
      // What was asked for may be repeated in a refusal's words, never in a list.
      if (response.status === 200) expect(response.text, `${name} shows ${mark}`).not.toContain(mark);
    }
    if (name.endsWith('?cursor=')) expectProblem(response, 422, 'validation_failed');
  }
  expect(await everythingOf(product, theirs.tenantId)).toEqual(before);
}

/** A busy morning in `mine`: every kind of change, each of which must succeed and touch nothing of `theirs`. */
export async function expectOwnWorkOnly(product: Product, mine: Furnished, theirs: Furnished): Promise<void> {
  const { http } = product;
  const { headers } = mine.administrator;
  const before = await everythingOf(product, theirs.tenantId);
  const own = await everythingOf(product, mine.tenantId);
  const users = `/api/v1/users/${mine.member.id}`;
  const newcomer = { username: `new-${Date.now()}`, displayName: 'New', email: 'new@elm.example' };
  await http
    .post('/api/v1/users')
    .set(headers)
    .send({ ...newcomer, roles: ['staff'] })
    .expect(201);
  await http
    .patch(users)
    .set(headers)
    .send({ displayName: 'Mara', roles: ['auditor'] })
    .expect(200);
  await http.patch(users).set(headers).send({ email: 'mara@elm.example' }).expect(200);
  await http.delete(`${users}/sessions`).set(headers).expect(204);
  await http.patch('/api/v1/practice').set(headers).send({ name: 'Elm Street' }).expect(200);
  await http.patch(users).set(headers).send({ status: 'deactivated' }).expect(200);
  await http.patch(users).set(headers).send({ status: 'active' }).expect(200);
  const { body } = await http.get('/api/v1/audit-events/verification').set(headers).expect(200);
  expect(body.intact).toBe(true);
  expect(await everythingOf(product, mine.tenantId)).not.toEqual(own);
  expect(await everythingOf(product, theirs.tenantId)).toEqual(before);
}
