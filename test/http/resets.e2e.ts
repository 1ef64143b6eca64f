import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextMail } from '../support/mail.js';
import { asAdministrator, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { expectFault, expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, challenge, resetIn } from '../support/recovery.js';

const UNKNOWN = '019ab0c4-2f0e-7cc1-9b3f-5d2f1a7c0001';

let product: Product;
let practice: OpenedPractice;
let member: Member;
let headers: { authorization: string };
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  member = await join(product, practice);
  headers = (await asAdministrator(product, practice)).headers;
});
afterAll(() => product.stop());

const reset = (id: string, body?: object) =>
  product.http.post(`/api/v1/users/${id}/password-reset`).set(headers).send(body);
const log = (query: object) => product.http.get('/api/v1/password-resets').set(headers).query(query);
const statesIn = async (query: object) => {
  const { body } = await log(query).expect(200);
  return body.items.map(({ state }: { state: string }) => state);
};

describe('asking for a reset', () => {
  it('of a user takes an empty body or lockNow, and nothing else', async () => {
    expectFault(await reset(member.id, { lockNow: 'yes' }), '/lockNow');
    expectFault(await reset(member.id, { password: 'x' }), '/password', 'unknown_field');
    expectProblem(await reset(UNKNOWN), 404, 'not_found');
    expectProblem(
      await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(member.session.headers),
      403,
      'forbidden',
    );
    expectProblem(
      await product.http.post(`/api/v1/users/${member.id}/password-reset`),
      401,
      'unauthenticated',
    );
    expect(await statesIn({ userId: member.id })).toEqual([]);
  });

  it('answers the reset without the credential, and names where to follow it', async () => {
    const { status, body, headers: answered } = await reset(member.id, { lockNow: false });
    expect(status).toBe(202);
    expect(body).toEqual({
      id: expect.any(String),
      userId: member.id,
      username: member.username,
      channel: 'administrator',
      state: 'requested',
      refusedFor: null,
      requestedBy: { type: 'user', id: practice.administrator.userId },
      requestedAt: expect.stringMatching(/Z$/),
      sentAt: null,
      usedAt: null,
      completedAt: null,
      expiresAt: null,
      deliveryIds: [expect.any(String)],
    });
    await nextMail(product.mailbox, member.email, 'temporary-credential');
    const sent = await resetIn(product, headers, member.id, 'sent');
    expect(sent.id).toBe(body.id);
    expect(sent).toMatchObject({ sentAt: expect.stringMatching(/Z$/) });
    const life = Date.parse(sent.expiresAt) - Date.parse(body.requestedAt);
    expect(Math.round(life / 3_600_000)).toBe(24);
    const { body: detail } = await product.http
      .get(answered['location'] ?? '')
      .set(headers)
      .expect(200);
    expect(detail).toMatchObject({ sourceAddress: '127.0.0.1', requestId: answered['x-request-id'] });
    expect(detail.timeline[0]).toEqual({
      at: body.requestedAt,
      event: 'password-reset.requested',
      actor: { type: 'user', id: practice.administrator.userId },
      detail: null,
    });
  });

  it('by oneself takes a ticket and an answer, and nothing else', async () => {
    const { ticket } = await challenge(product, practice.practiceId, member.username);
    const send = (body: object) => product.http.post('/api/v1/password-resets').send(body);
    expectFault(await send({ ticket }), '/answer');
    expectFault(await send({ ticket, answer: 7 }), '/answer');
    expectFault(await send({ ticket, answer: 'x'.repeat(201) }), '/answer');
    expectFault(await send({ answer: 'x' }), '/ticket');
    expectFault(await send({ ticket: 'x'.repeat(2_049), answer: 'x' }), '/ticket');
    expectFault(await send({ ticket, answer: 'x', username: 'ada' }), '/username', 'unknown_field');
  });
});

describe('the reset log', () => {
  it('is filtered by state, user, channel and time, newest first, in pages', async () => {
    const other = await join(product, practice);
    const { practiceId } = practice;
    for (const answer of ['one', 'two', 'three']) {
      await answerQuestion(product, { practiceId, username: other.username, answer });
    }
    const { body } = await reset(other.id);
    await resetIn(product, headers, other.id, 'sent');
    expect(await statesIn({ userId: other.id })).toEqual(['sent', 'refused', 'refused', 'refused']);
    expect(await statesIn({ userId: other.id, state: 'refused' })).toHaveLength(3);
    expect(await statesIn({ userId: other.id, channel: 'administrator' })).toEqual(['sent']);
    expect(await statesIn({ userId: other.id, channel: 'bulk' })).toEqual([]);
    expect(await statesIn({ userId: other.id, from: body.requestedAt })).toEqual(['sent']);
    expect(await statesIn({ userId: other.id, to: body.requestedAt })).toHaveLength(4);
    expect(await statesIn({ to: '2020-01-01T00:00:00+02:00' })).toEqual([]);
    const first = await log({ userId: other.id, limit: 3 }).expect(200);
    const second = await log({ userId: other.id, limit: 3, cursor: first.body.nextCursor }).expect(200);
    expect([first.body.items.length, second.body.items.length, second.body.nextCursor]).toEqual([3, 1, null]);
    const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(new Set(ids).size).toBe(4);
  });

  it('is for those who may read it; what is not there is 404', async () => {
    const auditor = await join(product, practice, ['auditor']);
    const read = (who: { authorization: string }, id = '') =>
      product.http.get(`/api/v1/password-resets${id}`).set(who);
    expect((await read(auditor.session.headers)).status).toBe(200);
    expectProblem(await read(member.session.headers), 403, 'forbidden');
    expectProblem(await read(headers, `/${UNKNOWN}`), 404, 'not_found');
    expectProblem(await product.http.get('/api/v1/password-resets'), 401, 'unauthenticated');
  });
});
