import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asAdministrator, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

interface Event {
  id: string;
  seq: number;
  at: string;
  action: string;
  actor: { id: string | null };
  target: { id: string | null } | null;
  outcome: string;
}

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

const list = async (query: object): Promise<{ items: Event[]; nextCursor: string | null }> => {
  const { body } = await product.http.get('/api/v1/audit-events').set(headers).query(query).expect(200);
  return body;
};

describe('the list of audit events', () => {
  it('is newest first, without gaps, each event in the promised form', async () => {
    const { items } = await list({ limit: 200 });
    expect(items.map(({ seq }) => seq)).toEqual(items.map((_, index) => items.length - index));
    for (const event of items) {
      expect(event).toEqual({
        id: expect.any(String),
        seq: expect.any(Number),
        at: expect.stringMatching(/^\d{4}-.+Z$/),
        action: expect.stringMatching(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/),
        actor: { type: expect.any(String), id: event.actor.id },
        target: event.target && { type: expect.any(String), id: event.target.id },
        outcome: expect.stringMatching(/^(success|refused|failed)$/),
        sourceAddress: expect.toSatisfy((address) => address === null || typeof address === 'string'),
        requestId: expect.toSatisfy((id) => id === null || typeof id === 'string'),
        changes: expect.any(Object),
      });
    }
  });

  it('comes in pages that together hold every event once', async () => {
    const { items: all } = await list({ limit: 200 });
    const seen: Event[] = [];
    let cursor: string | null = null;
    do {
      const page = await list({ limit: 4, ...(cursor && { cursor }) });
      seen.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(all);
  });

  it('is filtered by actor, action, target, outcome and time', async () => {
    await product.http
      .post('/api/v1/sessions')
      .send({ practiceId: practice.practiceId, username: 'ada', password: 'wrong' });
    const { items: all } = await list({ limit: 200 });
    const matching = (test: (event: Event) => boolean) => all.filter(test);
    const filtered = async (query: object, test: (event: Event) => boolean) => {
      const expected = matching(test);
      expect(expected.length).toBeGreaterThan(0);
      expect(expected.length).toBeLessThan(all.length);
      expect((await list({ ...query, limit: 200 })).items).toEqual(expected);
    };
    await filtered({ actorId: member.id }, ({ actor }) => actor.id === member.id);
    await filtered({ action: 'session.created' }, ({ action }) => action === 'session.created');
    await filtered({ targetId: member.id }, ({ target }) => target?.id === member.id);
    await filtered({ outcome: 'refused' }, ({ outcome }) => outcome === 'refused');
    const middle = all[Math.floor(all.length / 2)]?.at ?? '';
    await filtered({ from: middle }, ({ at }) => at >= middle);
    await filtered({ to: middle }, ({ at }) => at <= middle);
    expect((await list({ action: 'no.such-thing' })).items).toEqual([]);
  });

  it('is for those who may read it', async () => {
    const auditor = await join(product, practice, ['auditor']);
    for (const path of ['/api/v1/audit-events', '/api/v1/audit-events/verification']) {
      expect((await product.http.get(path).set(auditor.session.headers)).status).toBe(200);
      expectProblem(await product.http.get(path).set(member.session.headers), 403, 'forbidden');
      expectProblem(await product.http.get(path), 401, 'unauthenticated');
    }
  });
});

describe('refusals', () => {
  it('are one event a minute with their count, under the account they were aimed at', async () => {
    for (let time = 1; time <= 3; time += 1) {
      await product.http
        .post('/api/v1/sessions')
        .send({ practiceId: practice.practiceId, username: member.username, password: `${PASSWORD}${time}` });
    }
    const { items } = await list({ action: 'session.refused', targetId: member.id });
    const counts = items.map((event) => (event as unknown as { changes: { count: number } }).changes.count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(counts.length).toBeLessThanOrEqual(2);
  });
});

describe('verification', () => {
  it('walks the whole chain: intact, how many events, the head, the key', async () => {
    const { body } = await product.http.get('/api/v1/audit-events/verification').set(headers).expect(200);
    const { items } = await list({ limit: 200 });
    expect(body).toEqual({
      intact: true,
      events: items[0]?.seq,
      head: expect.stringMatching(/^[0-9a-f]{64}$/),
      publicKey: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----/),
      signed: expect.any(Number),
      fault: null,
    });
  });
});
