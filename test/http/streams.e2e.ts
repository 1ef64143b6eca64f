import { request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Followed, follow } from '../support/events.js';
import { credentialIn, nextMail } from '../support/mail.js';
import { asAdministrator, join, type Member } from '../support/people.js';
import {
  NEW_PASSWORD,
  type OpenedPractice,
  openPractice,
  type Session,
  signIn,
} from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

const MINUTE = 60;

let product: Product;
let practice: OpenedPractice;
const opened: Followed[] = [];
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '100' } });
  practice = await openPractice(product);
});
afterAll(async () => {
  for (const stream of opened) stream.close();
  await product.stop();
});

async function open(path: string, headers: Record<string, string>): Promise<Followed> {
  const stream = await follow(product.app, `/api/v1/${path}`, headers);
  opened.push(stream);
  return stream;
}

/** Somebody whose reset is under way, with its stream as an administrator reads it. */
async function underWay(by?: Session): Promise<{ member: Member; path: string; stream: Followed }> {
  const member = await join(product, practice);
  const { headers } = await asAdministrator(product, practice);
  const { body } = await product.http
    .post(`/api/v1/users/${member.id}/password-reset`)
    .set(headers)
    .expect(202);
  const path = `password-resets/${body.id}/events`;
  return { member, path, stream: await open(path, by?.headers ?? headers) };
}

const states = (stream: Followed) => stream.states.map(({ state }) => state);

describe('the stream of a reset', () => {
  it('tells its state now and after each change, and ends with the reset', async () => {
    const { member, stream } = await underWay();
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    await stream.until(({ state }) => state === 'sent');
    const mail = await nextMail(product.mailbox, member.email, 'temporary-credential');
    const restricted = await signIn(product, practice.practiceId, member.username, credentialIn(mail));
    await stream.until(({ state }) => state === 'used');
    await product.http
      .put('/api/v1/me/password')
      .set(restricted.headers)
      .send({ currentPassword: credentialIn(mail), newPassword: 'nine patient lighthouses' })
      .expect(204);
    await stream.end();
    expect(states(stream).slice(-3)).toEqual(['sent', 'used', 'completed']);
    expect(stream.states.at(-1)).toMatchObject({ username: member.username, channel: 'administrator' });
    expect(stream.text()).not.toContain(credentialIn(mail));
  });

  it('of one that has ended is one event, and nothing for a browser that has seen it', async () => {
    const { path, stream, member } = await underWay();
    const { headers } = await asAdministrator(product, practice);
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
    await stream.end();
    const again = await open(path, { ...headers, 'last-event-id': '17' });
    await again.end();
    expect(states(again)).toEqual(['superseded']);
    expect(again.text()).toContain('id: final\n');
    const back = await open(path, { ...headers, 'last-event-id': 'final' });
    expect([back.status, back.text()]).toEqual([204, '']);
  });

  it('is refused like the reset itself: to strangers, without the right, of nobody, of another practice', async () => {
    const { path, member } = await underWay();
    const other = await openPractice(product);
    const { headers } = await asAdministrator(product, practice);
    expectProblem(await product.http.get(`/api/v1/${path}`), 401, 'unauthenticated');
    expectProblem(await product.http.get(`/api/v1/${path}`).set(member.session.headers), 403, 'forbidden');
    const nobody = path.replace(/[0-9a-f]{12}\//, '000000000000/');
    expectProblem(await product.http.get(`/api/v1/${nobody}`).set(headers), 404, 'not_found');
    const foreign = product.http.get(`/api/v1/${path}`).set(other.administrator.headers);
    expectProblem(await foreign, 404, 'not_found');
  });

  it('is answered to HEAD with its head alone', async () => {
    const { path } = await underWay();
    const { headers } = await asAdministrator(product, practice);
    const head = await product.http.head(`/api/v1/${path}`).set(headers).expect(200);
    expect(head.headers['content-type']).toMatch(/^text\/event-stream/);
  });
});

describe('an open stream', () => {
  const auditor = () => join(product, practice, ['auditor']);

  const REVOCATIONS: [string, (who: Member) => Promise<unknown>][] = [
    ['signs out', ({ session }) => product.http.delete('/api/v1/sessions/current').set(session.headers)],
    [
      'is signed out',
      (who) => asAdmin((headers) => product.http.delete(`/api/v1/users/${who.id}/sessions`).set(headers)),
    ],
    ['is deactivated', (who) => change(who, { status: 'deactivated' })],
    ['loses the role', (who) => change(who, { roles: ['staff'] })],
    [
      'is locked out by a reset',
      (who) =>
        asAdmin((headers) =>
          product.http.post(`/api/v1/users/${who.id}/password-reset`).set(headers).send({ lockNow: true }),
        ),
    ],
    [
      'sets another password elsewhere',
      async (who) => {
        const elsewhere = await signIn(product, practice.practiceId, who.username, NEW_PASSWORD);
        await product.http
          .put('/api/v1/me/password')
          .set(elsewhere.headers)
          .send({ currentPassword: NEW_PASSWORD, newPassword: 'nine patient lighthouses' });
      },
    ],
  ];
  const asAdmin = async (ask: (headers: Session['headers']) => Promise<{ status: number }>) =>
    expect((await ask((await asAdministrator(product, practice)).headers)).status).toBeLessThan(300);
  const change = (who: Member, changes: object) =>
    asAdmin((headers) => product.http.patch(`/api/v1/users/${who.id}`).set(headers).send(changes));

  it.each(REVOCATIONS)('is closed within a second when whoever reads it %s', async (_what, revoke) => {
    const reader = await auditor();
    const { stream } = await underWay(reader.session);
    await stream.until(({ state }) => state === 'sent');
    await revoke(reader);
    expect(await stream.end()).toBeLessThan(1_000);
  });

  it('is closed when the role that it was opened with says less than before', async () => {
    const { headers } = await asAdministrator(product, practice);
    const role = { key: 'watcher', name: 'Watcher', permissions: ['reset-log:read', 'user:read'] };
    await product.http.post('/api/v1/roles').set(headers).send(role).expect(201);
    const reader = await join(product, practice, ['watcher']);
    const { stream, path } = await underWay(reader.session);
    await stream.until(({ state }) => state === 'sent');
    const limits = { 'reset-log:read': { where: { roles: ['auditor'] } } };
    await product.http.patch('/api/v1/roles/watcher').set(headers).send({ limits }).expect(200);
    expect(await stream.end()).toBeLessThan(1_000);
    expectProblem(await product.http.get(`/api/v1/${path}`).set(reader.session.headers), 404, 'not_found');
  });

  it('keeps its session alive neither by being opened nor by being read', async () => {
    const reader = await auditor();
    const { stream, path } = await underWay(reader.session);
    await product.advance(10 * MINUTE);
    await open(path, reader.session.headers);
    await product.advance(4 * MINUTE);
    expect(stream.hasEnded()).toBe(false);
    await product.advance(MINUTE);
    await stream.end();
    const asked = product.http.get('/api/v1/sessions/current').set(reader.session.headers);
    expectProblem(await asked, 401, 'unauthenticated');
  });

  it('is one of six of a session and of twelve of a person, and gives its place back', async () => {
    const reader = await auditor();
    const second = await signIn(product, practice.practiceId, reader.username, NEW_PASSWORD);
    const third = await signIn(product, practice.practiceId, reader.username, NEW_PASSWORD);
    const { path, stream } = await underWay(reader.session);
    const six = [stream];
    while (six.length < 6) six.push(await open(path, reader.session.headers));
    const refused = () => product.http.get(`/api/v1/${path}`).set(reader.session.headers);
    expectProblem(await refused(), 429, 'too_many_attempts');
    for (let more = 0; more < 6; more += 1) {
      expect((await open(path, second.headers)).status).toBe(200);
    }
    expectProblem(await product.http.get(`/api/v1/${path}`).set(third.headers), 429, 'too_many_attempts');
    six[0]?.close();
    await expect.poll(async () => (await open(path, reader.session.headers)).status).toBe(200);
  });
});

it('a session that a temporary password has opened reads no stream', async () => {
  const { path, member } = await underWay();
  const mail = await nextMail(product.mailbox, member.email, 'temporary-credential');
  const restricted = await signIn(product, practice.practiceId, member.username, credentialIn(mail));
  const asked = product.http.get(`/api/v1/${path}`).set(restricted.headers);
  expectProblem(await asked, 403, 'password_change_required');
});

// Last: passport knows the strategies of one application at a time.
describe('whoever leaves while their stream is being opened', () => {
  it('is counted no longer, and may open as many as before', async () => {
    const { path } = await underWay();
    for (const stream of opened) stream.close();
    const { headers } = (await join(product, practice, ['auditor'])).session;
    const { port } = product.app.getHttpServer().address() as AddressInfo;
    const gone: Socket[] = [];
    const note = (socket: Socket) => gone.push(socket);
    const holder = new Client({ connectionString: product.database.adminUrl });
    await holder.connect();
    await holder.query('begin; lock table password_resets in access exclusive mode');
    product.app.getHttpServer().on('connection', note);
    // As many as a session may have.
    const asked = Array.from({ length: 6 }, () => {
      const options = { port, host: '127.0.0.1', path: `/api/v1/${path}`, headers, agent: false };
      return request(options)
        .on('error', () => undefined)
        .end();
    });
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
      and query like '%password_resets%'`;
    await vi.waitFor(
      async () => expect((await product.database.query(waiting)).length).toBeGreaterThanOrEqual(6),
      { timeout: 20_000, interval: 50 },
    );
    product.app.getHttpServer().off('connection', note);
    for (const one of asked) one.destroy();
    await vi.waitFor(() => expect(gone.filter(({ destroyed }) => destroyed)).toHaveLength(6), 10_000);
    await holder.query('rollback');
    await holder.end();
    await vi.waitFor(async () => expect(await product.database.query(waiting)).toEqual([]), 10_000);
    for (let nth = 0; nth < 6; nth += 1) expect((await open(path, headers)).status).toBe(200);
    expect((await open(path, headers)).status).toBe(429);
  }, 60_000);
});

it('an open stream is ended in order when the process is told to stop', async () => {
  const api = await product.openApi();
  const { path } = await underWay();
  const { headers } = await asAdministrator(product, practice);
  const stream = await follow(api, `/api/v1/${path}`, headers);
  const from = performance.now();
  await api.close();
  await stream.end();
  expect(performance.now() - from).toBeLessThan(3_000);
});
