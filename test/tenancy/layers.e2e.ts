import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextMail } from '../support/mail.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { crossByField, crossByPath, cursorsOf, readLists } from './crossing.js';
import { DENIED, directly, expectNoStatementAcross } from './direct-statements.js';
import { everythingOf, type Furnished, openTwoPractices, tenantTables } from './two-practices.js';
import { expectOwnWorkOnly, expectWall } from './wall.js';
import {
  withoutPermissions,
  withoutPracticeInStatements,
  withoutRowSecurity,
  withoutSessionScope,
} from './weaken.js';

// Promise 7: session scope, permission check and row-level security each suffice alone. Here one at a
// time is taken away, and the same isolation suite stays green that `routes.e2e.ts` runs on the whole product.
let product: Product;
let mine: Furnished;
let theirs: Furnished;
const freshProduct = () => {
  beforeAll(async () => {
    product = await startProduct();
    ({ mine, theirs } = await openTwoPractices(product));
  });
  afterAll(() => product.stop());
};

async function expectNoDirectStatementAcross(): Promise<void> {
  const secured = (await tenantTables(product)).filter(({ enabled }) => enabled);
  expect(secured.length).toBeGreaterThanOrEqual(17);
  for (const { name } of secured) await expectNoStatementAcross(product, name, mine, theirs);
}

describe('without row-level security the session and the practice in every statement hold the wall', () => {
  freshProduct();

  it('is really without it: a statement that names no practice reaches everybody', async () => {
    await withoutRowSecurity(product);
    const who = { login: 'api', role: 'latchkey_api', practice: mine.tenantId } as const;
    const { rows } = await directly(product, who, 'select distinct practice_id from users');
    expect(rows).toHaveLength(2);
  });

  it('shows no way across', () => expectWall(product, mine, theirs));

  it('does one’s own work on one’s own rows only', () => expectOwnWorkOnly(product, mine, theirs));

  it('sends each practice’s mail, and marks it as sent, in that practice', async () => {
    const before = await everythingOf(product, theirs.tenantId);
    const { outbox, bulk_work } = before;
    await product.database.query('delete from outbox where practice_id = $1', [theirs.tenantId]);
    await product.database.query('delete from bulk_work where practice_id = $1', [theirs.tenantId]);
    await product.http
      .post(`/api/v1/users/${mine.member.id}/password-reset`)
      .set(mine.administrator.headers)
      .expect(202);
    await product.startWorker();
    await nextMail(product.mailbox, 'mara@elm.example', 'temporary-credential');
    await product.stopWorker();
    const after = await everythingOf(product, theirs.tenantId);
    expect({ ...after, outbox, bulk_work }).toEqual(before);
  });
});

describe('without permissions session scope and row-level security hold the wall', () => {
  freshProduct();
  let staff: Furnished;

  it('lets no statement across', () => expectNoDirectStatementAcross());

  it('is really without them: staff may do everything', async () => {
    const users = () => product.http.get('/api/v1/users').set(mine.member.session.headers);
    expectProblem(await users(), 403, 'forbidden');
    await withoutPermissions(product, mine.administrator.token);
    expect((await users()).body.items).toHaveLength(2);
    staff = { ...mine, administrator: { ...mine.administrator, ...mine.member.session } };
  });

  it('shows no way across', () => expectWall(product, staff, theirs));
});

describe('without the practice in any statement row-level security holds the wall alone', () => {
  freshProduct();

  it('shows no way across', async () => {
    const robbed = withoutPracticeInStatements(product);
    await expectWall(product, mine, theirs);
    expect(robbed()).toBeGreaterThan(200);
  });

  it('does one’s own work on one’s own rows only', () => expectOwnWorkOnly(product, mine, theirs));

  it('falls without row-level security as well: the suite sees it when nothing holds', async () => {
    await withoutRowSecurity(product);
    const across = await crossByPath(product, mine.administrator.headers, theirs);
    expect(across.filter(({ response }) => response.status < 300)).not.toEqual([]);
    await expect(expectWall(product, mine, theirs)).rejects.toThrow();
  });
});

describe('without session scope the practice’s own users and roles hold the wall', () => {
  freshProduct();

  it('lets no statement across', () => expectNoDirectStatementAcross());

  it('keeps a session out whose user is nobody there, whatever it asks for', async () => {
    const cursors = await cursorsOf(product, theirs);
    const headers = await withoutSessionScope(product, mine.administrator.userId, theirs);
    const before = await everythingOf(product, theirs.tenantId);
    const asked = [
      ...(await crossByPath(product, headers, theirs)),
      ...(await crossByField(product, headers, mine, theirs)),
      ...(await readLists(product, headers, theirs, cursors)),
    ];
    expect(asked.length).toBeGreaterThan(60);
    for (const { response } of asked) expectProblem(response, 401, 'unauthenticated');
    expect(await everythingOf(product, theirs.tenantId)).toEqual(before);
  });

  it('is really without it: the same session of somebody who is one of theirs opens', async () => {
    const headers = await withoutSessionScope(product, theirs.administrator.userId, theirs);
    await product.http.get('/api/v1/users').set(headers).expect(200);
  });

  it('has a database behind it that ties no row to a user of another practice', async () => {
    const [row] = await product.database.query<{ name: string }>(
      `select conname as name from pg_constraint where contype = 'f' and conrelid = 'credentials'::regclass`,
    );
    expect(row).toEqual({ name: 'credentials_practice_id_user_id_fkey' });
    const who = { login: 'api', role: 'latchkey_api', practice: mine.tenantId } as const;
    const { code } = await directly(
      product,
      who,
      `insert into credentials (practice_id, id, user_id, purpose, nonce, epoch, life_minutes)
       values ($1, gen_random_uuid(), $2, 'reset', '\\x00', 'k1', 10)`,
      [mine.tenantId, theirs.member.id],
    );
    expect(code).not.toBe(DENIED);
    expect(code).toBe('23503');
  });
});
