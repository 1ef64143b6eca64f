import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asAdministrator, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { resetIn } from '../support/recovery.js';

interface Event {
  id: string;
  seq: number;
  at: string;
  action: string;
  actor: { id: string | null };
  target: { id: string | null } | null;
  outcome: string;
  changes: { userId?: string };
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

const isOfMember = ({ actor, target, changes }: Event) =>
  [actor.id, target?.id, changes.userId].includes(member.id);

const everyPage = async (query: object): Promise<Event[]> => {
  const seen: Event[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Awaited<ReturnType<typeof list>> = await list({ ...query, ...(cursor && { cursor }) });
    seen.push(...page.items);
    cursor = page.nextCursor;
  }
  return seen;
};

describe('one audit event', () => {
  const one = (id: string, as = headers) => product.http.get(`/api/v1/audit-events/${id}`).set(as);

  it('is found by its id as the list shows it, also where the clock that dates events is another', async () => {
    const { items } = await list({ limit: 1 });
    expect((await one(items[0]?.id ?? '').expect(200)).body).toEqual(items[0]);
    const strayed = '018f0000-0000-7000-8000-000000000000';
    const first = (await list({ limit: 200 })).items.at(-1)?.id ?? '';
    const rename = (from: string, to: string) =>
      product.database.query('update audit_events set id = $2 where id = $1', [from, to]);
    await rename(first, strayed);
    expect((await one(strayed).expect(200)).body).toMatchObject({ seq: 1 });
    // The trail would be found altered.
    await rename(strayed, first);
  });

  it('is not there for another practice, nor by an id that nothing has', async () => {
    const { items } = await list({ limit: 1 });
    const other = await openPractice(product);
    expectProblem(await one(items[0]?.id ?? '', other.administrator.headers), 404, 'not_found');
    expectProblem(await one('018f0000-0000-7000-8000-00000000ffff'), 404, 'not_found');
  });
});

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
    expect(await everyPage({ limit: 4 })).toEqual(all);
  });

  it('is filtered by actor, action, target and outcome', async () => {
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
    expect((await list({ action: 'no.such-thing' })).items).toEqual([]);
  });

  it('is searched by person, whether they acted or were acted upon, with their resets and mails, each event once', async () => {
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
    await resetIn(product, headers, member.id, 'sent');
    const { items: all } = await list({ limit: 200 });
    const own = all.filter(isOfMember);
    for (const action of [
      'user.created',
      'session.created',
      'password-reset.requested',
      'password-reset.sent',
      'delivery.accepted',
    ]) {
      const found = own.filter((event) => event.action === action);
      expect(found.length, action).toBeGreaterThan(0);
      expect((await list({ personId: member.id, action })).items).toEqual(found);
    }
    expect(own.length).toBeLessThan(all.length);
    expect((await list({ personId: member.id, limit: 200 })).items).toEqual(own);
    expect(await everyPage({ personId: member.id, limit: 1 })).toEqual(own);
  });

  it('is searched by source address, as long as the trail shows whose it was', async () => {
    const sent = () =>
      product.http
        .post('/api/v1/sessions')
        .set('x-forwarded-for', '192.0.2.77')
        .send({ practiceId: practice.practiceId, username: 'ada', password: PASSWORD, transport: 'bearer' });
    const { items: before } = await list({ sourceAddress: '127.0.0.1', limit: 200 });
    await sent().expect(201);
    const { items } = await list({ sourceAddress: '127.0.0.1', limit: 200 });
    expect(items.slice(1)).toEqual(before);
    expect(items[0]).toMatchObject({ action: 'session.created', sourceAddress: '127.0.0.1' });
    expect((await list({ sourceAddress: '192.0.2.77' })).items).toEqual([]);
    expect(await everyPage({ sourceAddress: '127.0.0.1', limit: 3 })).toEqual(items);
  });

  it('is for those who may read it', async () => {
    const auditor = await join(product, practice, ['auditor']);
    for (const path of ['/api/v1/audit-events', '/api/v1/audit-events/verification']) {
      expect((await product.http.get(path).set(auditor.session.headers)).status).toBe(200);
      expectProblem(await product.http.get(path).set(member.session.headers), 403, 'forbidden');
      expectProblem(await product.http.get(path), 401, 'unauthenticated');
    }
  });

  it('between two times comes in the order of time, page by page, in whichever month', async () => {
    await product.advance(70 * 86_400);
    headers = (await asAdministrator(product, practice)).headers;
    const { items: all } = await list({ limit: 200 });
    const from = all.at(-2)?.at ?? '';
    const to = all[1]?.at ?? '';
    const byTime = all.toSorted((one, other) =>
      one.at === other.at ? other.seq - one.seq : one.at < other.at ? 1 : -1,
    );
    expect((await list({ from, limit: 200 })).items).toEqual(byTime.filter(({ at }) => at >= from));
    expect((await list({ to, limit: 200 })).items).toEqual(byTime.filter(({ at }) => at <= to));
    const expected = byTime.filter(({ at }) => at >= from && at <= to);
    expect(expected.length).toBeGreaterThan(5);
    expect(await everyPage({ from, to, limit: 2 })).toEqual(expected);
    expect(await everyPage({ from, to, personId: member.id, limit: 2 })).toEqual(
      all.filter(({ at }) => at >= from && at <= to).filter(isOfMember),
    );
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
      archived: 0,
      head: expect.stringMatching(/^[0-9a-f]{64}$/),
      publicKey: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----/),
      signed: expect.any(Number),
      fault: null,
    });
  });
});
