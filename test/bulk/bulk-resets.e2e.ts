import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Upkeep } from '../../apps/worker/upkeep.js';
import { beginBulkReset, bulkReset, ended, plantPeople } from '../support/bulk-resets.js';
import { follow } from '../support/events.js';
import { credentialIn, nextMail } from '../support/mail.js';
import { asAdministrator, invite, join, setOwnPassword } from '../support/people.js';
import { type OpenedPractice, openPractice, signIn } from '../support/practice.js';
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
const events = async (action: string) =>
  (await product.http.get('/api/v1/audit-events').query({ action, limit: 200 }).set(headers).expect(200)).body
    .items;
const doneOf = async (id: string) => (await bulkReset(product, headers, id)).done;
const resetsOf = async (userId: string) =>
  (await product.http.get('/api/v1/password-resets').query({ userId }).set(headers).expect(200)).body.items;

describe('a bulk reset', () => {
  it('sends each a temporary password as an administrator would, and says so of each', async () => {
    const [mara, nell] = [await join(product, practice), await join(product, practice)];
    const answer = await beginBulkReset(product, headers, { role: 'staff' });
    expect(answer.status).toBe(202);
    expect(answer.headers['location']).toBe(`/api/v1/bulk-password-resets/${answer.body.id}`);
    expect(answer.body).toMatchObject({ state: 'running', filter: { role: 'staff' }, total: 2, done: 0 });
    const done = await ended(product, headers, answer.body.id);
    expect(done).toMatchObject({ state: 'completed', done: 2, requested: 2, skipped: 0, failed: 0 });
    expect(done.rows).toEqual(
      [mara, nell].map(({ id: userId, username }) => ({
        userId,
        username,
        outcome: 'requested',
        reason: null,
      })),
    );
    const [reset] = await resetsOf(mara.id);
    expect(reset).toMatchObject({ channel: 'bulk', requestedBy: { id: practice.administrator.userId } });
    const mail = await nextMail(product.mailbox, mara.email, 'temporary-credential');
    await setOwnPassword(product, practice, mara, credentialIn(mail), 'a quiet river under the stars');
    await signIn(product, practice.practiceId, mara.username, 'a quiet river under the stars');
    const [started] = await events('bulk-password-reset.started');
    expect(started).toMatchObject({ changes: { filter: { role: 'staff' }, total: 2 } });
    expect(await events('bulk-password-reset.completed')).toMatchObject([{ changes: { requested: 2 } }]);
    const each = (await events('password-reset.requested')).filter(
      ({ changes }: { changes: { channel: string } }) => changes.channel === 'bulk',
    );
    expect(each).toHaveLength(2);
  });

  it('takes the place of an earlier temporary password, and leaves the rest to the mailbox’s share', async () => {
    const mara = await join(product, practice);
    const reset = () => product.http.post(`/api/v1/users/${mara.id}/password-reset`).set(headers);
    await reset().expect(202);
    const { body } = await beginBulkReset(product, headers, {});
    expect((await ended(product, headers, body.id)).rows).toMatchObject([{ outcome: 'requested' }]);
    const [newest, earlier] = await resetsOf(mara.id);
    expect([newest.channel, earlier.channel, earlier.state]).toEqual(['bulk', 'administrator', 'superseded']);
    for (let status = 202; status === 202; ) ({ status } = await reset());
    const { body: again } = await beginBulkReset(product, headers, {});
    expect((await ended(product, headers, again.id)).rows).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('several mails') },
    ]);
  });

  it('in a dry run says for whom it would be, and sends nothing', async () => {
    const mara = await join(product, practice);
    await join(product, practice, ['auditor']);
    expect(await preview({ role: 'staff' })).toEqual({
      count: 1,
      sample: [{ userId: mara.id, username: mara.username, displayName: expect.any(String) }],
    });
    expect(await resetsOf(mara.id)).toEqual([]);
    await plantPeople(product, practice, 12);
    const many = await preview({});
    expect([many.count, many.sample.length]).toEqual([14, 10]);
  });

  it('is for the active alone, for the invited when it says so, and never for oneself or the deactivated', async () => {
    const [mara, gone] = [await join(product, practice), await join(product, practice)];
    const newcomer = await invite(product, practice);
    await product.http
      .patch(`/api/v1/users/${gone.id}`)
      .set(headers)
      .send({ status: 'deactivated' })
      .expect(200);
    const whom = async (filter: object) =>
      (await preview(filter)).sample.map(({ userId }: { userId: string }) => userId);
    expect(await whom({})).toEqual([mara.id]);
    expect(await whom({ status: 'active' })).toEqual([mara.id]);
    expect(await whom({ status: 'invited' })).toEqual([newcomer.id]);
    expect(await whom({ role: 'administrator' })).toEqual([]);
    const refused = { filter: { status: 'deactivated' }, dryRun: true };
    expectProblem(
      await product.http.post('/api/v1/bulk-password-resets').set(headers).send(refused),
      422,
      'validation_failed',
    );
  });

  it('compares changedBefore with when the password was last set', async () => {
    const mara = await join(product, practice);
    await product.database.query(`update passwords set set_at = '2026-01-01T12:00:00Z' where user_id = $1`, [
      mara.id,
    ]);
    await join(product, practice);
    expect(await preview({ changedBefore: '2026-01-01T12:00:00Z' })).toMatchObject({ count: 0 });
    expect(await preview({ changedBefore: '2026-01-01T14:00:01+02:00' })).toMatchObject({
      count: 1,
      sample: [{ userId: mara.id }],
    });
  });

  it('sends nothing twice to whoever repeats the request with its key, and only one is under way', async () => {
    await plantPeople(product, practice, 6);
    const send = () => beginBulkReset(product, { ...headers, 'idempotency-key': 'once' }, { role: 'staff' });
    const first = await send();
    const again = await send();
    expect([again.status, again.body.id]).toEqual([202, first.body.id]);
    expectProblem(await beginBulkReset(product, headers, {}), 409, 'bulk_reset_under_way');
    await act(first.body.id, 'cancel').expect(200);
    expect((await beginBulkReset(product, headers, {})).status).toBe(202);
  });
});

describe('the pace of a bulk reset', () => {
  it('is so many a minute, and no faster', async () => {
    await plantPeople(product, practice, 12);
    const { body } = await beginBulkReset(product, headers, {});
    expect(body).toMatchObject({ total: 12, perMinute: 60 });
    const stream = await follow(product.app, `/api/v1/bulk-password-resets/${body.id}/events`, headers);
    await stream.until(({ done }) => done === 5);
    // A sweep comes every second: had it been due, it would have been taken.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect((await bulkReset(product, headers, body.id)).done).toBe(5);
    await product.advance(5);
    await stream.until(({ done }) => done === 10);
    await product.advance(5);
    await stream.end(10);
    expect(stream.states.at(-1)).toMatchObject({ state: 'completed', done: 12 });
    expect(stream.states.at(-1)).not.toHaveProperty('rows');
  });

  it('is stopped by a pause, also over a restart, and taken up again where it was', async () => {
    await plantPeople(product, practice, 12);
    const { body } = await beginBulkReset(product, headers, {});
    const stream = await follow(product.app, `/api/v1/bulk-password-resets/${body.id}/events`, headers);
    await stream.until(({ done }) => done === 5);
    expect((await act(body.id, 'pause').expect(200)).body).toMatchObject({ state: 'paused', done: 5 });
    expectProblem(await act(body.id, 'pause'), 409, 'not_running');
    await product.stopWorker();
    await product.advance(60);
    await product.startWorker();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect((await bulkReset(product, headers, body.id)).done).toBe(5);
    await act(body.id, 'resume').expect(200);
    await stream.until(({ done }) => done === 10);
    await product.advance(5);
    expect(await ended(product, headers, body.id)).toMatchObject({ state: 'completed', requested: 12 });
    for (const action of ['bulk-password-reset.paused', 'bulk-password-reset.resumed'])
      expect(await events(action)).toHaveLength(1);
  });

  it('is no faster for whoever pauses and resumes, or cancels and begins again', async () => {
    await plantPeople(product, practice, 12);
    const { body } = await beginBulkReset(product, headers, {});
    const stream = await follow(product.app, `/api/v1/bulk-password-resets/${body.id}/events`, headers);
    await stream.until(({ done }) => done === 5);
    for (const what of ['pause', 'resume', 'pause', 'resume', 'cancel'] as const) {
      await act(body.id, what).expect(200);
    }
    const { body: again } = await beginBulkReset(product, headers, {});
    await act(again.id, 'pause').expect(200);
    await act(again.id, 'resume').expect(200);
    // A sweep comes every second: had it been due, it would have been taken.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect([await doneOf(body.id), await doneOf(again.id)]).toEqual([5, 0]);
    await product.advance(5);
    await vi.waitFor(async () => expect(await doneOf(again.id)).toBe(5), 5_000);
  });

  it('ends with a cancel, and nothing revives it', async () => {
    await plantPeople(product, practice, 7);
    const { body } = await beginBulkReset(product, headers, {});
    const stream = await follow(product.app, `/api/v1/bulk-password-resets/${body.id}/events`, headers);
    await stream.until(({ done }) => done === 5);
    expect((await act(body.id, 'cancel').expect(200)).body).toMatchObject({ state: 'cancelled', done: 5 });
    await stream.end();
    for (const what of ['pause', 'resume', 'cancel'] as const) {
      expectProblem(await act(body.id, what), 409, 'not_running');
    }
    await product.advance(60);
    const { rows } = await bulkReset(product, headers, body.id);
    expect(rows.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 5 }, () => 'requested'),
      'cancelled',
      'cancelled',
    ]);
  });
});

describe('what is kept of it', () => {
  it('names nobody who was erased', async () => {
    const mara = await join(product, practice);
    const { body } = await beginBulkReset(product, headers, {});
    await ended(product, headers, body.id);
    await product.http.post(`/api/v1/users/${mara.id}/erasure`).set(headers).expect(202);
    const { rows } = await bulkReset(product, headers, body.id);
    expect(rows).toMatchObject([{ userId: mara.id, username: 'erased' }]);
    const kept = await product.database.query(
      'select b::text, r::text as row from bulk_resets b join bulk_reset_rows r on r.bulk_reset_id = b.id where b.id = $1',
      [body.id],
    );
    expect(JSON.stringify(kept)).not.toMatch(/mara|127\.0\.0\.1/i);
  });

  it('is no list of people any more a week after the end', async () => {
    await join(product, practice);
    const { body } = await beginBulkReset(product, headers, {});
    await ended(product, headers, body.id);
    await product.advance(7 * 86_400 + 60);
    await product.worker?.get(Upkeep).run();
    const fresh = (await asAdministrator(product, practice)).headers;
    expect(await bulkReset(product, fresh, body.id)).toMatchObject({ total: 1, requested: 1, rows: [] });
  });
});
