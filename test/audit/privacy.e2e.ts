import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditTrail, makeProof } from '../../libs/audit/index.js';
import { Database } from '../../libs/database/index.js';
import {
  type AuditedPractice,
  bad,
  checked,
  exportTrail,
  judged,
  linesOf,
  openAuditedPractice,
} from '../support/audit-files.js';
import { join, type Member } from '../support/people.js';
import { ANSWER, NEW_PASSWORD } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';

const AT_HOME = '203.0.113.77';
const STRANGER = '198.51.100.99';

let product: Product;
let own: AuditedPractice;
let member: Member;
let colleague: Member;
beforeAll(async () => {
  product = await startProduct({ env: { TRUSTED_PROXIES: '127.0.0.1/32' } });
  own = await openAuditedPractice(product);
  member = await join(product, own);
  colleague = await join(product, own);
  for (const who of [member, colleague]) await signInFrom(AT_HOME, who.username, NEW_PASSWORD).expect(201);
  await signInFrom(STRANGER, member.username, 'not the password').expect(401);
});
afterAll(() => product.stop());

const signInFrom = (address: string, username: string, password: string) =>
  product.http
    .post('/api/v1/sessions')
    .set('x-forwarded-for', address)
    .send({ practiceId: own.practiceId, username, password, transport: 'bearer' });
/** Everything of an audit table, as text. */
const dump = async (table: string) =>
  (await product.database.query<{ row: string }>(`select t::text as row from ${table} t`))
    .map(({ row }) => row)
    .join('\n');
const events = async (query: object) => {
  const { headers } = own.administrator;
  const { body } = await product.http.get('/api/v1/audit-events').set(headers).query(query).expect(200);
  return body.items as { action: string; sourceAddress: string | null; changes: Record<string, unknown> }[];
};
const sessionsOf = async (who: Member) => {
  const found = await events({ actorId: who.id, action: 'session.created', limit: 1 });
  return found[0]?.sourceAddress;
};

describe('the chain', () => {
  it('holds no name and no address, which readers are shown all the same', async () => {
    expect(await sessionsOf(member)).toBe(AT_HOME);
    const [created] = await events({ targetId: member.id, action: 'user.created' });
    expect(created?.changes).toMatchObject({ username: member.username });
    const [refused] = await events({ targetId: member.id, action: 'session.refused' });
    expect(refused).toMatchObject({ sourceAddress: STRANGER, changes: { count: 1 } });
    const chained = await dump('audit_events');
    for (const personal of [AT_HOME, STRANGER, '127.0.0.1', member.username, member.email, 'Quill']) {
      expect(chained).not.toContain(personal);
    }
  });

  it('holds nothing that somebody typed in the wrong place', async () => {
    const typed = 'canary-typed-by-mistake';
    const { practiceId } = own;
    await signInFrom(AT_HOME, typed, typed).expect(401);
    await signInFrom(AT_HOME, member.username, typed).expect(401);
    const { body } = await product.http
      .post('/api/v1/password-resets/challenges')
      .send({ practiceId, username: typed })
      .expect(200);
    await product.http
      .post('/api/v1/password-resets')
      .send({ ticket: body.ticket, answer: typed })
      .expect(202);
    const wrong = { currentPassword: typed, newPassword: `${typed} and longer` };
    await product.http.put('/api/v1/me/password').set(colleague.session.headers).send(wrong).expect(401);
    await events({});
    for (const table of ['audit_events', 'audit_personal', 'audit_refusals', 'audit_checkpoints']) {
      const rows = await dump(table);
      expect(rows).not.toContain('canary');
      for (const secret of [NEW_PASSWORD, ANSWER, member.credential]) expect(rows).not.toContain(secret);
    }
  });
});

describe('erasing a person', () => {
  it('takes their names and addresses out of the trail, leaves those of others, and every proof right', async () => {
    const before = await exportTrail(product, own.id);
    const seq = [...before.matchAll(/"personal".+?"seq":(\d+)/g)].map(([, number]) => Number(number));
    const isTheirs = (entry: { event: object }) =>
      JSON.stringify(entry.event).includes(`"id":"${member.id}"`);
    const proof = (await makeProof(linesOf(before), isTheirs)) ?? '';
    await signInFrom(STRANGER, member.username, 'not yet sealed').expect(401);

    await product.app.get(Database).inPractice(own.id, () => product.app.get(AuditTrail).forget(member.id));
    expect(await sessionsOf(member)).toBeNull();
    expect((await events({ targetId: member.id, action: 'user.created' }))[0]?.changes).toMatchObject({
      username: null,
    });
    const refusals = await events({ targetId: member.id, action: 'session.refused' });
    expect(refusals.map(({ sourceAddress }) => sourceAddress)).toEqual(refusals.map(() => null));
    expect(refusals.length).toBeGreaterThan(0);
    expect(await sessionsOf(colleague)).toBe(AT_HOME);
    const left = await dump('audit_personal');
    expect(left).not.toContain(member.id);
    expect(left).not.toMatch(new RegExp(`\\b${member.username}\\b`));

    const after = await exportTrail(product, own.id);
    expect(await judged(after, own.publicKey)).toEqual({ intact: true });
    expect(await judged(after, own.publicKey, before)).toEqual({ intact: true });
    expect(await judged(before, own.publicKey)).toEqual({ intact: true });
    expect(await checked(proof, own.publicKey)).toMatchObject({ intact: true });
    expect(after.match(/"personal"/g)?.length).toBeLessThan(seq.length);
  });

  it('is not to be had by showing another name: the commitment is to the one that was', async () => {
    const file = await exportTrail(product, own.id);
    const line = file.split('\n').find((text) => text.includes(AT_HOME)) ?? '';
    const { seq } = JSON.parse(line);
    expect(await judged(file.replace(line, line.replace(AT_HOME, STRANGER)), own.publicKey)).toEqual(
      bad(seq),
    );
  });

  it('needs the one function: the API cannot touch what is shown, nor another practice’s', async () => {
    const database = product.app.get(Database);
    const touch = (sql: string) => database.inPractice(own.id, () => database.sql(sql));
    await expect(touch('delete from audit_personal')).rejects.toMatchObject({ code: '42501' });
    await expect(touch("update audit_personal set shown = ''")).rejects.toMatchObject({ code: '42501' });
    const other = await openAuditedPractice(product);
    const count = async () => (await dump('audit_personal')).split('\n').length;
    const there = await count();
    await database.inPractice(other.id, () => product.app.get(AuditTrail).forget(colleague.id));
    expect(await count()).toBe(there);
  });
});
