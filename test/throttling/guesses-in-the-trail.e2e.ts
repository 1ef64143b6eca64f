import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ThrottledRefusals } from '../../libs/audit/index.js';
import { asAdministrator, join } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { RecordedLog } from '../support/recorded-log.js';
import { transactionsOf } from '../support/transactions.js';

const WRONG = 'not the right password';
const FREE = 10;
/** Practice IDs, or accounts, that are remembered from one round to the next. */
const REMEMBERED = 10_000;
const STRANGER = { type: 'anonymous', id: null, sourceAddress: '192.0.2.9', requestId: null } as const;

const log = new RecordedLog();
let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct({ log });
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const attempt = (username: string) =>
  product.http
    .post('/api/v1/sessions')
    .send({ practiceId: practice.practiceId, username, password: WRONG, transport: 'bearer' });

describe('the trail of guesses', () => {
  interface Refused {
    target: { id: string } | null;
    actor: { id: string | null };
    changes: { count: number; reason?: string };
  }
  /** How often it says that somebody was refused: looked at, and not looked at any more. */
  const told = async (action: string, userId: string | null): Promise<[number, number]> => {
    await product.app.get(ThrottledRefusals).write();
    const { headers } = await asAdministrator(product, practice);
    const { body } = await product.http
      .get('/api/v1/audit-events')
      .query({ action, limit: 200 })
      .set(headers)
      .expect(200);
    const events = (body.items as Refused[]).filter(({ target }) => (target?.id ?? null) === userId);
    const sum = (throttled: boolean) =>
      events
        .filter(({ changes }) => (changes.reason === 'throttled') === throttled)
        .reduce((total, { changes }) => total + changes.count, 0);
    return [sum(false), sum(true)];
  };
  /** Added up before and after: other tests guess as well. */
  const added = async (action: string, userId: string | null, guesses: () => Promise<void>) => {
    const before = await told(action, userId);
    await guesses();
    const after = await told(action, userId);
    return [after[0] - before[0], after[1] - before[1]];
  };

  it('counts the guesses that were not looked at too, of a name and of one that nobody has', async () => {
    const { username, id } = await join(product, practice);
    const guessing = (name: string) => async () => {
      for (let guess = 0; guess < FREE + 7; guess += 1) await attempt(name);
    };
    expect(await added('session.refused', id, guessing(username))).toEqual([FREE, 7]);
    expect(await added('session.refused', null, guessing('nobody-has-this'))).toEqual([FREE, 7]);
  });

  it('counts those in somebody’s session too, and says whose it was', async () => {
    const member = await join(product, practice);
    const guesses = async () => {
      for (let guess = 0; guess < FREE + 3; guess += 1) {
        await product.http
          .post('/api/v1/sessions/current/reauthentication')
          .set(member.session.headers)
          .send({ password: WRONG });
      }
    };
    expect(await added('password.refused', member.id, guesses)).toEqual([FREE, 3]);
  });
});

describe('guesses under Practice IDs that somebody makes up', () => {
  const NOWHERE = '00000000-0000-0000-0000-000000000000';
  const refusal = { action: 'session.refused', actor: STRANGER, account: 'anybody' } as const;
  const throttled = () => product.app.get(ThrottledRefusals);
  const knock = (howMany: number) => {
    for (let made = 0; made < howMany; made += 1) throttled().count({ code: `MADE${made}` }, refusal);
  };
  const rows = (practiceId: string) =>
    product.database.query<{ count: number }>(
      `select sum(count)::int as count, count(*)::int as rows, count(distinct bucket)::int as minutes
       from audit_refusals where practice_id = $1 and account = 'anybody throttled'`,
      [practiceId],
    );
  const idOf = async ({ practiceId }: OpenedPractice) =>
    (
      await product.database.query<{ id: string }>('select practice_by_code($1) as id', [
        practiceId.replace('-', ''),
      ])
    )[0]?.id ?? '';

  it('are one row a minute, written in three transactions however many there are, beside those at a practice', async () => {
    await throttled().write();
    const id = await idOf(practice);
    const before = (await rows(NOWHERE))[0]?.count ?? 0;
    const written = await transactionsOf(() => {
      knock(3_000);
      throttled().count({ code: practice.practiceId.replace('-', '') }, refusal);
      return throttled().write();
    });
    const own = written.filter((statements) => statements.some((text) => /audit_refusals|unnest/.test(text)));
    expect(own).toHaveLength(3);
    const [nowhere] = await rows(NOWHERE);
    expect(nowhere).toMatchObject({ count: before + 3_000 });
    expect(nowhere).toHaveProperty('rows', (nowhere as unknown as { minutes: number }).minutes);
    expect(await rows(id)).toMatchObject([{ count: 1 }]);
  });

  it('are dropped where there are too many, which is said once, and displace nobody else', async () => {
    const { id } = await join(product, practice);
    const practiceId = await idOf(practice);
    await throttled().write();
    const said = log.events('refusals.').length;
    knock(REMEMBERED + 500);
    throttled().count({ practiceId }, { ...refusal, account: id, target: { type: 'user', id } });
    await throttled().write();
    await throttled().write();
    expect(log.events('refusals.').slice(said)).toEqual(['warn refusals.dropped']);
    const own = await product.database.query('select 1 from audit_refusals where account = $1', [
      `${id} throttled`,
    ]);
    expect(own).toHaveLength(1);
  });
});

it('a process that is to end does not wait for a database that takes nothing', async () => {
  const api = await product.openApi();
  const other = new Client({ connectionString: product.database.adminUrl });
  await other.connect();
  try {
    await other.query('begin; lock table audit_refusals in access exclusive mode');
    const { practiceId } = practice;
    api.get(ThrottledRefusals).count(
      { code: practiceId },
      {
        action: 'session.refused',
        actor: STRANGER,
        account: 'anybody',
      },
    );
    const began = performance.now();
    await api.get(ThrottledRefusals).beforeApplicationShutdown();
    expect(performance.now() - began).toBeLessThan(3_000);
  } finally {
    await other.end();
    await api.close();
  }
});
