import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asAdministrator, invite, join } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, signIn } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { someoneWaits } from '../support/waiting.js';

const MINUTE = 60;

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const current = (headers: Record<string, string>) =>
  product.http.get('/api/v1/sessions/current').set(headers);
const minutesLeft = (expiresAt: unknown, since: number) =>
  Math.round((Date.parse(String(expiresAt)) - since) / 60_000);
const setPolicy = async (policy: object, of: OpenedPractice) =>
  product.http
    .patch('/api/v1/practice')
    .set((await asAdministrator(product, of)).headers)
    .send({ policy })
    .expect(200);

describe('a session that nobody uses', () => {
  it('ends after 15 minutes; each request starts them anew, background requests do not', async () => {
    const { headers } = await asAdministrator(product, practice);
    const background = { ...headers, 'x-latchkey-background': '1' };
    await product.advance(10 * MINUTE);
    await current(headers).expect(200);
    await product.advance(10 * MINUTE);
    const { body: before } = await current(background).expect(200);
    const { body: again } = await current(background).expect(200);
    expect(again.expiresAt).toBe(before.expiresAt);
    await product.advance(6 * MINUTE);
    expectProblem(await current(headers), 401, 'unauthenticated');
  });

  it('ends after its absolute time by policy, however busy, and says so in time', async () => {
    const own = await openPractice(product);
    const policy = { sessionIdleMinutes: 60, sessionAbsoluteHours: 2 };
    await setPolicy(policy, own);
    const busy = await asAdministrator(product, own);
    const first = Date.parse(String(busy.body['expiresAt']));
    await product.advance(50 * MINUTE);
    await current(busy.headers).expect(200);
    await product.advance(50 * MINUTE);
    const { body } = await current(busy.headers).expect(200);
    expect(Math.round((Date.parse(body.expiresAt) - first) / 60_000)).toBe(60);
    await product.advance(21 * MINUTE);
    expectProblem(await current(busy.headers), 401, 'unauthenticated');
  });
});

describe('a policy that changes', () => {
  it('shortens the sessions that are open, at once, and in the list as well', async () => {
    const own = await openPractice(product);
    await setPolicy({ sessionIdleMinutes: 60, sessionAbsoluteHours: 24 }, own);
    const session = await asAdministrator(product, own);
    const began = Date.parse(String(session.body['expiresAt'])) - 60 * MINUTE * 1_000;
    await product.advance(20 * MINUTE);
    await current(session.headers).expect(200);
    await setPolicy({ sessionIdleMinutes: 5, sessionAbsoluteHours: 1 }, own);
    const { body } = await current(session.headers).expect(200);
    expect(minutesLeft(body.expiresAt, began)).toBe(25);
    const list = await product.http.get('/api/v1/sessions').set(session.headers).expect(200);
    const mine = list.body.items.find((item: { current: boolean }) => item.current);
    expect(minutesLeft(mine.expiresAt, began)).toBe(25);
    for (let minutes = 20; minutes < 56; minutes += 4) {
      await current(session.headers).expect(200);
      await product.advance(4 * MINUTE);
    }
    expect(minutesLeft((await current(session.headers)).body.expiresAt, began)).toBe(60);
    await product.advance(5 * MINUTE);
    expectProblem(await current(session.headers), 401, 'unauthenticated');
  });

  it('lengthens none that is open', async () => {
    const own = await openPractice(product);
    const session = await asAdministrator(product, own);
    await setPolicy({ sessionIdleMinutes: 60 }, own);
    await product.advance(16 * MINUTE);
    expectProblem(await current(session.headers), 401, 'unauthenticated');
  });

  it('leaves the 15 minutes of a temporary password as they are', async () => {
    const own = await openPractice(product);
    const { username, credential } = await invite(product, own);
    const restricted = await signIn(product, own.practiceId, username, credential);
    await setPolicy({ sessionIdleMinutes: 5 }, own);
    await product.advance(14 * MINUTE);
    await current(restricted.headers).expect(200);
    await product.advance(2 * MINUTE);
    expectProblem(await current(restricted.headers), 401, 'unauthenticated');
  });
});

describe('no header and no parameter', () => {
  it.each(['1', '0', 'true', '-1', '99999', ''])(
    'makes a session live longer: X-Latchkey-Background: %j',
    async (value) => {
      const member = await join(product, practice);
      const headers = { ...member.session.headers, 'x-latchkey-background': value };
      await product.advance(10 * MINUTE);
      const { body } = await current(headers).expect(200);
      const [now] = await product.database.query<{ now: Date }>(
        'select now() + make_interval(secs => offset_seconds) as now from clock',
      );
      expect(minutesLeft(body.expiresAt, Number(now?.now))).toBe(value === '1' ? 5 : 15);
      await product.advance(16 * MINUTE);
      expectProblem(await current(headers), 401, 'unauthenticated');
    },
  );

  it('such as skip_timeout_reset is even taken (OpenEMR CVE-2026-25476)', async () => {
    const member = await join(product, practice);
    const ask = product.http.get('/api/v1/sessions/current?skip_timeout_reset=1').set(member.session.headers);
    expectProblem(await ask, 422, 'validation_failed');
  });
});

describe('a request under way on a session that ends', () => {
  it('ends no other session', async () => {
    const member = await join(product, practice);
    const [thief, owner] = [
      member.session,
      await signIn(product, practice.practiceId, member.username, NEW_PASSWORD),
    ];
    const { body } = await product.http.get('/api/v1/sessions').set(owner.headers).expect(200);
    const ids = (body.items as { id: string; current: boolean }[]).toSorted((a) => (a.current ? -1 : 1));
    const rival = new Client({ connectionString: product.database.adminUrl });
    await rival.connect();
    await rival.query('begin');
    await rival.query('delete from sessions where id = $1', [ids[1]?.id]);
    const pending = Promise.resolve(product.http.delete(`/api/v1/sessions/${ids[0]?.id}`).set(thief.headers));
    await someoneWaits(product);
    await rival.query('commit');
    await rival.end();
    expectProblem(await pending, 401, 'unauthenticated');
    await current(owner.headers).expect(200);
  });

  it('loses to the other when two end each other: one stays', async () => {
    const member = await join(product, practice);
    const other = await signIn(product, practice.practiceId, member.username, NEW_PASSWORD);
    const { body } = await product.http.get('/api/v1/sessions').set(other.headers).expect(200);
    const [theirs, mine] = body.items as { id: string }[];
    const end = (id: string | undefined, headers: { authorization: string }) =>
      product.http.delete(`/api/v1/sessions/${id}`).set(headers);
    const answers = await Promise.all([
      end(mine?.id, other.headers),
      end(theirs?.id, member.session.headers),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 401]);
  });
});
