import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beginBulkReset, ended, plantPeople } from '../support/bulk-resets.js';
import { follow } from '../support/events.js';
import { defineRole, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
let practice: OpenedPractice;
let headers: { authorization: string };
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());
beforeEach(async () => {
  practice = await openPractice(product);
  headers = practice.administrator.headers;
});

const preview = async (filter: object, who = headers) =>
  (
    await product.http
      .post('/api/v1/bulk-password-resets')
      .set(who)
      .send({ filter, dryRun: true })
      .expect(200)
  ).body;
const act = (id: string, act: 'pause' | 'resume' | 'cancel', who = headers) =>
  product.http.post(`/api/v1/bulk-password-resets/${id}/${act}`).set(who);
const listed = async (who: Record<string, string>) =>
  (await product.http.get('/api/v1/bulk-password-resets').set(who).expect(200)).body.items.map(
    ({ id }: { id: string }) => id,
  );
const events = async (action: string) =>
  (await product.http.get('/api/v1/audit-events').query({ action, limit: 200 }).set(headers).expect(200)).body
    .items;

describe('who may begin one', () => {
  const desk = async (): Promise<Member> => {
    await product.http
      .post('/api/v1/roles')
      .set(headers)
      .send({
        key: 'desk',
        name: 'Desk',
        permissions: ['practice:read', 'user:read', 'user:reset-password'],
        limits: { 'user:reset-password': { where: { roles: ['staff', 'desk'] } } },
      })
      .expect(201);
    return join(product, practice, ['desk']);
  };

  it('reaches nobody whom they could not reset one by one, and is shown no other’s', async () => {
    const [clerk, mara] = [await desk(), await join(product, practice)];
    await join(product, practice, ['auditor']);
    await join(product, practice, ['administrator']);
    const theirs = clerk.session.headers;
    expect((await preview({}, theirs)).sample).toMatchObject([{ userId: mara.id }]);
    const { body } = await beginBulkReset(product, theirs, {});
    expect((await ended(product, headers, body.id)).rows).toMatchObject([{ userId: mara.id }]);
    const { body: mine } = await beginBulkReset(product, headers, { changedBefore: '2000-01-01T00:00:00Z' });
    const path = `/api/v1/bulk-password-resets/${mine.id}`;
    expectProblem(await product.http.get(path).set(theirs), 404, 'not_found');
    expectProblem(await act(mine.id, 'cancel', theirs), 404, 'not_found');
    expect(await listed(theirs)).toEqual([body.id]);
    expect(await listed(headers)).toEqual([mine.id, body.id]);
  });

  it('finds the one under way at the head of the list, and pages through the rest', async () => {
    const nobody = { changedBefore: '2000-01-01T00:00:00Z' };
    const { body: earlier } = await beginBulkReset(product, headers, nobody);
    await ended(product, headers, earlier.id);
    await plantPeople(product, practice, 6);
    const { body: now } = await beginBulkReset(product, headers, {});
    const page = (query: object) =>
      product.http.get('/api/v1/bulk-password-resets').query(query).set(headers).expect(200);
    const { body: first } = await page({ limit: 1 });
    expect(first.items).toMatchObject([{ id: now.id, state: 'running', total: 6 }]);
    const { body: last } = await page({ limit: 1, cursor: first.nextCursor });
    expect(last).toMatchObject({ items: [{ id: earlier.id, state: 'completed' }], nextCursor: null });
  });

  it('is asked again at every step: whoever loses the right stops it', async () => {
    const chief = await join(product, practice, ['administrator']);
    await plantPeople(product, practice, 7);
    const { body } = await beginBulkReset(product, chief.session.headers, { role: 'staff' });
    const stream = await follow(product.app, `/api/v1/bulk-password-resets/${body.id}/events`, headers);
    await stream.until(({ done }) => done === 5);
    await product.http
      .patch(`/api/v1/users/${chief.id}`)
      .set(headers)
      .send({ roles: ['staff'] })
      .expect(200);
    await product.advance(5);
    expect(await ended(product, headers, body.id)).toMatchObject({
      state: 'cancelled',
      done: 5,
      reason: expect.stringContaining('may no longer'),
    });
    expect(await events('bulk-password-reset.cancelled')).toMatchObject([{ actor: { type: 'system' } }]);
  });

  it('is asked at each turn whom it is for: who was given more, or gone, is left out', async () => {
    await plantPeople(product, practice, 7);
    const { body } = await beginBulkReset(product, headers, { role: 'staff' });
    const stream = await follow(product.app, `/api/v1/bulk-password-resets/${body.id}/events`, headers);
    await stream.until(({ done }) => done === 5);
    await product.database.query("update users set status = 'deactivated' where username = 'planted006'");
    await product.advance(5);
    expect((await ended(product, headers, body.id)).rows.slice(5)).toMatchObject([
      { username: 'planted006', outcome: 'skipped' },
      { username: 'planted007', outcome: 'requested' },
    ]);
  });

  it('is nobody without the right, or whose password was proved too long ago', async () => {
    await defineRole(product, practice.administrator.userId, 'reader', ['user:read']);
    const reader = await join(product, practice, ['reader']);
    expectProblem(await beginBulkReset(product, reader.session.headers, {}), 403, 'forbidden');
    expectProblem(await beginBulkReset(product, {}, {}), 401, 'unauthenticated');
    const policy = { reauthenticateMinutes: 5 };
    await product.http.patch('/api/v1/practice').set(headers).send({ policy }).expect(200);
    await product.advance(6 * 60);
    expectProblem(await beginBulkReset(product, headers, {}), 403, 'reauthentication_required');
  });
});
