import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatPracticeId, practiceIdFromRandom } from '../../libs/contract/index.js';
import { nextMail } from '../support/mail.js';
import { asAdministrator, join, type Member } from '../support/people.js';
import { ANSWER, type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, resetsOf } from '../support/recovery.js';
import type { TestDatabase } from '../support/test-database.js';

const WRONG = 'Some Other Street 7';
const NOBODYS = formatPracticeId(practiceIdFromRandom(Uint8Array.from([4, 8, 7, 6, 5, 4, 3, 2, 1])));
const LOOKED_AT = 5;

let product: Product;
let practice: OpenedPractice;
let member: Member;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const answer = (username: string, answer = ANSWER, practiceId = practice.practiceId) =>
  answerQuestion(product, { practiceId, username, answer });
const nothingWaits = () =>
  vi.waitFor(async () => expect(await product.database.query('select from given_answers')).toHaveLength(0), {
    timeout: 5_000,
    interval: 20,
  });
const statesOf = async ({ id }: Member) => {
  const { headers } = await asAdministrator(product, practice);
  return (await resetsOf(product, headers, id)).map(({ state }) => state);
};

/**
 * How many rows of each table `work` inserts, changes or deletes. Requests are counted by address and
 * altogether, before anything is known of the account, and written down a quarter of a second later.
 */
async function rowsWrittenBy(work: () => Promise<unknown>): Promise<Record<string, string>> {
  const query: TestDatabase['query'] = (sql, values) => product.database.query(sql, values);
  const names = await query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'request_counts'",
  );
  const count = (condition: string) =>
    Promise.all(
      names.map(({ name }) => query<{ n: string }>(`select count(*) as n from ${name} ${condition}`)),
    );
  const before = await count('');
  const [mark] = await query<{ xid: string }>('select pg_current_xact_id()::text as xid');
  await work();
  const [after, fresh] = [await count(''), await count(`where xmin::text::bigint > ${mark?.xid}`)];
  const entries = names.map(({ name }, at) => {
    const grown = Number(after[at]?.[0]?.n) - Number(before[at]?.[0]?.n);
    return [name, `${fresh[at]?.[0]?.n} written, ${grown} more`] as const;
  });
  return Object.fromEntries(entries.filter(([, rows]) => rows !== '0 written, 0 more'));
}

describe('while no worker runs, an answer', () => {
  beforeEach(async () => {
    if (!product.worker) await product.startWorker();
    member = await join(product, practice);
    await nothingWaits();
    await product.stopWorker();
  });

  it('writes the same rows whether right, wrong, unknown, deactivated or one too many', async () => {
    const causes: [string, () => Promise<unknown>][] = [
      ['right', () => answer(member.username)],
      ['wrong', () => answer(member.username, WRONG)],
      ['unknown name', () => answer('nobody.here')],
      ['unknown practice', () => answer('nobody.here', WRONG, NOBODYS)],
    ];
    const written = new Map<string, unknown>();
    for (const [name, work] of causes) written.set(name, await rowsWrittenBy(work));
    for (let given = 2; given < LOOKED_AT; given += 1) await answer(member.username, WRONG);
    written.set('one too many', await rowsWrittenBy(() => answer(member.username)));
    await product.database.query("update users set status = 'deactivated' where id = $1", [member.id]);
    written.set('deactivated', await rowsWrittenBy(() => answer(member.username)));

    const rows = { spent_tickets: '1 written, 1 more', answer_attempts: '1 written, 1 more' };
    for (const [name, found] of written) {
      expect({ name, found }).toEqual({ name, found: { ...rows, given_answers: '1 written, 1 more' } });
    }
  });

  it('is in the log at once, and its mail goes out when a worker runs again', async () => {
    await answer(member.username);
    expect(await statesOf(member)).toEqual(['requested']);
    await answer(member.username, WRONG);
    expect(await statesOf(member)).toEqual(['refused', 'requested']);
    await product.startWorker();
    await nextMail(product.mailbox, member.email, 'temporary-credential');
  });

  it('is carried out by the next worker when nobody reads the log', async () => {
    await answer(member.username);
    await product.startWorker();
    await nextMail(product.mailbox, member.email, 'temporary-credential');
    await nothingWaits();
    expect(await statesOf(member)).toHaveLength(1);
  });

  it('that waited for a day sends nothing any more, and the log says so', async () => {
    await answer(member.username);
    await product.advance(86_401);
    await product.startWorker();
    await nothingWaits();
    expect(await statesOf(member)).toEqual(['refused']);
    const mails = product.mailbox.messages({ to: member.email, limit: 50 });
    expect(mails.map(({ headers }) => headers['x-latchkey-template'])).not.toContain('temporary-credential');
  });

  it('counts: of six at once, one finds no place', async () => {
    /** Told to come back while the machine is busy, which takes no place, they do. */
    const insist = async (): Promise<void> => {
      if ((await answer(member.username, WRONG)).status === 503) await insist();
    };
    await Promise.all(Array.from({ length: LOOKED_AT + 1 }, insist));
    const reasons = await product.database.query<{ refused_for: string }>(
      'select refused_for from given_answers where user_id = $1',
      [member.id],
    );
    expect(reasons.map(({ refused_for: reason }) => reason).toSorted()).toEqual([
      'too-many-attempts',
      ...Array.from({ length: LOOKED_AT }, () => 'wrong-answer'),
    ]);
  });
});

it('an answer that cannot be carried out holds up none of other practices', async () => {
  if (!product.worker) await product.startWorker();
  const [other, mine] = [await openPractice(product), await join(product, practice)];
  await nothingWaits();
  await product.database.query(
    `insert into given_answers (practice_id, id, user_id, refused_for, attempt_id, actor)
     select practice_id, '00000000-0000-7000-8000-000000000001', id, 'wrong-answer', id, '{}' from users where id = $1`,
    [other.administrator.userId],
  );
  await answer(mine.username);
  await nextMail(product.mailbox, mine.email, 'temporary-credential');
  await product.database.query("delete from given_answers where actor = '{}'");
});
