import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Upkeep } from '../../apps/worker/upkeep.js';
import { follow } from '../support/events.js';
import { fileOf, imported, importFile, lineFor, upload } from '../support/imports.js';
import { credentialIn, nextMail } from '../support/mail.js';
import { asAdministrator, join, setOwnPassword } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
let practice: OpenedPractice;
let headers: { authorization: string };
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  headers = practice.administrator.headers;
});
afterAll(() => product.stop());

const usersNamed = async (
  search: string,
): Promise<{ id: string; username: string; status: string; roles: string[] }[]> =>
  (await product.http.get('/api/v1/users').query({ search, limit: 200 }).set(headers).expect(200)).body.items;
const events = async (action: string) =>
  (await product.http.get('/api/v1/audit-events').query({ action, limit: 200 }).set(headers).expect(200)).body
    .items;

describe('an import of users', () => {
  it('adds each of them with roles, a welcome and an event, as if added one by one', async () => {
    const answer = await upload(
      product,
      headers,
      `\ufeff${fileOf(lineFor('ines'), lineFor('Otto', ' staff ; auditor '))}`,
    );
    expect(answer.status).toBe(202);
    expect(answer.headers['location']).toBe(`/api/v1/user-imports/${answer.body.id}`);
    expect(answer.body).toMatchObject({ total: 2, dryRun: false, welcome: true });
    const done = await imported(product, headers, answer.body.id);
    expect(done).toMatchObject({ state: 'completed', total: 2, done: 2, created: 2, skipped: 0, failed: 0 });
    expect(done.rows).toEqual([
      { line: 2, username: 'ines', outcome: 'created', reason: null },
      { line: 3, username: 'otto', outcome: 'created', reason: null },
    ]);
    const [otto] = await usersNamed('otto');
    expect(otto).toMatchObject({ username: 'otto', status: 'invited', roles: ['auditor', 'staff'] });
    const welcome = await nextMail(product.mailbox, 'ines@import.example', 'member-welcome');
    expect(welcome.text).toContain('Username: ines');
    await setOwnPassword(product, practice, { username: 'ines' }, credentialIn(welcome));
    const created = (await events('user.created')).filter(
      ({ target }: { target: { id: string } }) => target.id === otto?.id,
    );
    expect(created).toMatchObject([{ changes: { username: 'otto', after: ['auditor', 'staff'] } }]);
    const [started] = await events('user-import.started');
    expect(started).toMatchObject({
      actor: { type: 'user' },
      changes: { total: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(await events('user-import.completed')).toMatchObject([{ changes: { created: 2, failed: 0 } }]);
    const { body: trail } = await product.http
      .get('/api/v1/audit-events/verification')
      .set(headers)
      .expect(200);
    expect(trail.intact).toBe(true);
  });

  it('leaves an existing user alone, and says of a second line with a name where the first is', async () => {
    await importFile(product, headers, fileOf(lineFor('petra')), { welcome: 'false' });
    const [before] = await usersNamed('petra');
    const again = await importFile(
      product,
      headers,
      fileOf(lineFor('quinn'), lineFor('PETRA', 'administrator'), lineFor('quinn')),
    );
    expect(again.rows).toMatchObject([
      { line: 2, outcome: 'created' },
      { line: 3, username: 'petra', outcome: 'skipped', reason: expect.stringContaining('exists') },
      { line: 4, outcome: 'failed', reason: 'duplicate: line 2 has the same username' },
    ]);
    expect(await usersNamed('petra')).toEqual([before]);
  });

  it('says of each row what is wrong with it, and imports the others', async () => {
    const file = fileOf(
      lineFor('rosa'),
      'not a name,Some One,one@import.example,staff',
      'two,,two@import.example,staff',
      'three,Three,"three@import.example, eve@evil.example",staff',
      'four,Four,four@import.example,',
      'five,Five,five@import.example,no-such-role',
      'six,Six,six@import.example',
      'seven,Seven,seven@import.example,staff,administrator',
      '"eight","Ei\r\nght",eight@import.example,staff',
      '',
      lineFor('sven'),
    );
    const { rows, created, failed } = await importFile(product, headers, file);
    expect([created, failed]).toEqual([2, 8]);
    expect(
      rows.map(({ line, outcome, reason }) => [line, outcome, reason?.split(/[:,] /)[0] ?? null]),
    ).toEqual([
      [2, 'created', null],
      [3, 'failed', 'username'],
      [4, 'failed', 'displayName'],
      [5, 'failed', 'email'],
      [6, 'failed', 'roles'],
      [7, 'failed', 'roles'],
      [8, 'failed', 'has 3 columns'],
      [9, 'failed', 'has 5 columns'],
      [10, 'failed', 'displayName'],
      [13, 'created', null],
    ]);
  });

  it('in a dry run says what would happen, and adds and sends nothing', async () => {
    const file = fileOf(lineFor('tilda'), lineFor('ines'), lineFor('ulf', 'nothing'));
    const { rows, ...dry } = await importFile(product, headers, file, { dryRun: 'true' });
    expect(dry).toMatchObject({ dryRun: true, created: 1, skipped: 1, failed: 1 });
    expect(rows.map(({ outcome }) => outcome)).toEqual(['would_create', 'skipped', 'failed']);
    expect(await usersNamed('tilda')).toEqual([]);
    expect(product.mailbox.messages({ to: 'tilda@import.example', limit: 5 })).toEqual([]);
  });

  it('without welcomes adds users whose welcome can be sent later', async () => {
    await importFile(product, headers, fileOf(lineFor('vera')), { welcome: 'false' });
    const [vera] = await usersNamed('vera');
    expect(vera).toMatchObject({ status: 'invited', temporaryPassword: null });
    expect(product.mailbox.messages({ to: 'vera@import.example', limit: 5 })).toEqual([]);
    await product.http.post(`/api/v1/users/${vera?.id}/welcome-email`).set(headers).expect(202);
    await nextMail(product.mailbox, 'vera@import.example', 'member-welcome');
  });

  it('sends a shared mailbox no more than its share', async () => {
    const shared = Array.from({ length: 22 }, (_, nth) => `desk${nth},Desk,Desk@shared.example,staff`);
    const dry = await importFile(product, headers, fileOf(...shared), { dryRun: 'true' });
    expect([dry.created, dry.failed]).toEqual([20, 2]);
    const { created, rows } = await importFile(product, headers, fileOf(...shared));
    expect(created).toBe(20);
    expect(rows.slice(-2)).toMatchObject([
      { outcome: 'failed', reason: expect.stringMatching(/^email: /) },
      {},
    ]);
  });

  it('is told as it goes on', async () => {
    const { body } = await upload(
      product,
      headers,
      fileOf(...Array.from({ length: 700 }, (_, nth) => lineFor(`many${nth}`))),
      { welcome: 'false' },
    );
    const stream = await follow(product.app, `/api/v1/user-imports/${body.id}/events`, headers);
    await stream.end(20);
    expect(stream.states.at(-1)).toMatchObject({ id: body.id, state: 'completed', total: 700, done: 700 });
    expect(stream.states.at(-1)).not.toHaveProperty('rows');
  });
});

describe('who may import', () => {
  const CREATORS = { key: 'desk', name: 'Desk', permissions: ['user:create', 'user:read'] };

  it('grants no more than they have, and reaches no further', async () => {
    const limits = { 'user:create': { where: { roles: ['staff', 'desk'] } } };
    await product.http
      .post('/api/v1/roles')
      .set(headers)
      .send({ ...CREATORS, limits })
      .expect(201);
    const desk = await join(product, practice, ['desk', 'staff']);
    const file = fileOf(
      lineFor('wim'),
      lineFor('xena', 'administrator'),
      lineFor('yara', 'auditor'),
      lineFor('zoe', 'desk'),
    );
    const { id, rows } = await importFile(product, desk.session.headers, file);
    expect(rows.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['created', null],
      ['failed', 'roles: You cannot grant what you lack'],
      ['failed', 'roles: You cannot grant what you lack'],
      ['created', null],
    ]);
    const { body: theirs } = await product.http.get(`/api/v1/user-imports/${id}`).set(headers).expect(200);
    expect(theirs.rows).toHaveLength(4);
    const mine = await importFile(product, headers, fileOf(lineFor('abel')));
    const others = product.http.get(`/api/v1/user-imports/${mine.id}`).set(desk.session.headers);
    expectProblem(await others, 404, 'not_found');
  });

  it('is asked again at every step: whoever may no longer adds nobody', async () => {
    const helper = await join(product, practice, ['administrator']);
    await product.stopWorker();
    const { body } = await upload(product, helper.session.headers, fileOf(lineFor('bert')));
    const fresh = (await asAdministrator(product, practice)).headers;
    await product.http
      .patch(`/api/v1/users/${helper.id}`)
      .set(fresh)
      .send({ status: 'deactivated' })
      .expect(200);
    await product.startWorker();
    const { rows } = await imported(product, fresh, body.id);
    expect(rows).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining('may no longer') }]);
    expect(await usersNamed('bert')).toEqual([]);
  });

  it('is nobody without user:create, and the file of such a one is not even read', async () => {
    const auditor = await join(product, practice, ['auditor']);
    expectProblem(await upload(product, auditor.session.headers, fileOf(lineFor('no'))), 403, 'forbidden');
    expectProblem(await upload(product, {}, fileOf(lineFor('no'))), 401, 'unauthenticated');
  });
});

describe('what a file said of people', () => {
  it('is gone a week after its import', async () => {
    const { id } = await importFile(
      product,
      headers,
      fileOf(lineFor('hugo'), 'bad name,Some One,a@b.example,staff'),
    );
    await product.advance(7 * 86_400 + 60);
    await product.worker?.get(Upkeep).run();
    const fresh = (await asAdministrator(product, practice)).headers;
    const { body } = await product.http.get(`/api/v1/user-imports/${id}`).set(fresh).expect(200);
    expect(body).toMatchObject({ state: 'completed', created: 1, failed: 1, rows: [] });
    headers = fresh;
  });

  it('is erased with the person, wherever they stood in it', async () => {
    const file = fileOf(
      'ivan,Ivan Unusual,ivan@import.example,staff',
      'ivan,Ivan Again,ivan@import.example,staff',
    );
    const { id } = await importFile(product, headers, file);
    const [ivan] = await usersNamed('ivan');
    await product.http.post(`/api/v1/users/${ivan?.id}/erasure`).set(headers).expect(202);
    const { body } = await product.http.get(`/api/v1/user-imports/${id}`).set(headers).expect(200);
    expect(body.rows).toEqual([
      { line: 2, username: 'erased', outcome: 'created', reason: null },
      { line: 3, username: 'erased', outcome: 'failed', reason: 'erased' },
    ]);
    const rows = await product.database.query(
      'select r::text as row from user_import_rows r where import_id = $1',
      [id],
    );
    expect(JSON.stringify(rows)).not.toMatch(/ivan/i);
  });
});

it('no more than five imports of a practice are under way at a time', async () => {
  const other = await openPracticeWithoutWorker();
  const send = (name: string) => upload(product, other.administrator.headers, fileOf(lineFor(name)));
  for (let nth = 0; nth < 5; nth += 1) expect((await send(`five${nth}`)).status).toBe(202);
  expectProblem(await send('six'), 429, 'too_many_attempts');
});

it('no more than five of them, however many are asked for in the same moment', async () => {
  const other = await openPracticeWithoutWorker();
  const send = (nth: number) => upload(product, other.administrator.headers, fileOf(lineFor(`rush${nth}`)));
  const statuses = (await Promise.all(Array.from({ length: 9 }, (_, nth) => send(nth)))).map(
    ({ status }) => status,
  );
  // What is not refused for that is refused because others are being read: both come again.
  expect(statuses.filter((status) => status === 202).length).toBeLessThanOrEqual(5);
  expect(new Set(statuses.filter((status) => status !== 202))).not.toContain(500);
  const running = `select count(*)::int as count from user_imports i join users u using (practice_id) where u.id = $1`;
  const [row] = await product.database.query<{ count: number }>(running, [other.administrator.userId]);
  expect(row?.count).toBe(statuses.filter((status) => status === 202).length);
});

it('no more than three files of a practice are read at a time: the next one is told to come again', async () => {
  const other = await openPracticeWithoutWorker();
  const holder = new Client({ connectionString: product.database.adminUrl });
  await holder.connect();
  await holder.query('begin; lock table user_imports in exclusive mode');
  const send = (name: string) => upload(product, other.administrator.headers, fileOf(lineFor(name)));
  const first = Promise.all(['one', 'two', 'three'].map(send));
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await vi.waitFor(async () => expect((await product.database.query(waiting)).length).toBe(3), 10_000);
  const fourth = await send('four');
  expectProblem(fourth, 503, 'overloaded');
  expect(fourth.headers['retry-after']).toBe('3');
  await holder.query('rollback');
  await holder.end();
  expect((await first).map(({ status }) => status)).toEqual([202, 202, 202]);
  expect((await send('four')).status).toBe(202);
});

/** One whose imports stay where they are. */
async function openPracticeWithoutWorker(): Promise<OpenedPractice> {
  if (!product.worker) await product.startWorker();
  const opened = await openPractice(product);
  await product.stopWorker();
  return opened;
}
