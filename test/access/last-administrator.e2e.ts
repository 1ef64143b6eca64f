import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { invite, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

// Promise 12, enforced by the database: whatever a statement forgets to ask, and whoever sends it.
const ROUNDS = 200;
const LAST = 'LK001';
const [DENIED, CHECKED] = ['42501', '23514'];

let product: Product;
let practice: OpenedPractice;
let second: Member;
let tenant: string;
let passwords: { user_id: string; sealed: string }[];
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  second = await join(product, practice, ['administrator']);
  const [row] = await product.database.query<{ practice_id: string }>(
    'select practice_id from users where id = $1',
    [second.id],
  );
  tenant = row?.practice_id ?? '';
  passwords = await product.database.query('select user_id, sealed from passwords where practice_id = $1', [
    tenant,
  ]);
});
afterAll(() => product.stop());

/** Two administrators again, straight in the tables. */
async function restore(): Promise<void> {
  const both = [practice.administrator.userId, second.id];
  await product.database.query(
    "insert into user_roles select $1, unnest($2::uuid[]), 'administrator' on conflict do nothing",
    [tenant, both],
  );
  await product.database.query(
    "delete from user_roles where practice_id = $1 and role_key <> 'administrator'",
    [tenant],
  );
  await product.database.query("update users set status = 'active' where id = any($1)", [both]);
  for (const { user_id, sealed } of passwords) {
    await product.database.query(
      `insert into passwords (practice_id, user_id, sealed) values ($1, $2, $3)
       on conflict (practice_id, user_id) do update set disabled = false`,
      [tenant, user_id, sealed],
    );
  }
}
beforeEach(restore);

async function administrators(): Promise<number> {
  const [row] = await product.database.query<{ n: number }>(
    `select count(*)::int as n from user_roles r join users u on u.id = r.user_id and u.status = 'active'
     join passwords p on p.user_id = u.id where r.practice_id = $1 and r.role_key = 'administrator'`,
    [tenant],
  );
  return row?.n ?? 0;
}

const patch = (headers: { authorization: string }, id: string, body: object) =>
  product.http.patch(`/api/v1/users/${id}`).set(headers).send(body);

/** The API's own login and role, as an injected or a careless statement would have them. */
async function asApi(isolation = 'read committed'): Promise<Client> {
  const client = new Client({ connectionString: product.database.apiUrl });
  await client.connect();
  await client.query(`begin isolation level ${isolation}`);
  await client.query('set local role latchkey_api');
  await client.query("select set_config('app.practice', $1, true)", [tenant]);
  return client;
}

/** Commits and hangs up; null when it was accepted. */
async function commit(client: Client): Promise<string | null> {
  try {
    await client.query('commit');
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await client.end();
  }
}

const REMOVALS = {
  demoted: "delete from user_roles where practice_id = $1 and user_id = $2 and role_key = 'administrator'",
  'given another role':
    "update user_roles set role_key = 'staff' where practice_id = $1 and user_id = $2 and role_key = 'administrator'",
  deactivated: "update users set status = 'deactivated' where practice_id = $1 and id = $2",
  'made invited again': "update users set status = 'invited' where practice_id = $1 and id = $2",
  'robbed of the password': 'delete from passwords where practice_id = $1 and user_id = $2',
};

describe('of two administrators one is left', () => {
  it.each([
    ['demote each other', { roles: ['staff'] }, 'other'],
    ['resign', { roles: ['staff'] }, 'self'],
  ] as const)(
    `in ${ROUNDS} rounds in which both %s at the same time`,
    async (_what, change, whom) => {
      const one = practice.administrator;
      const seen = new Set<string>();
      for (let round = 0; round < ROUNDS; round += 1) {
        const [first, last] = whom === 'self' ? [one.userId, second.id] : [second.id, one.userId];
        const answers = await Promise.all([
          patch(one.headers, first, change),
          patch(second.session.headers, last, change),
        ]);
        const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
        expect(statuses[0], `round ${round}`).toBe(200);
        expect([403, 409], `round ${round}`).toContain(statuses[1]);
        for (const { body } of answers) if (body.code) seen.add(body.code);
        expect(await administrators(), `round ${round}`).toBe(1);
        await restore();
      }
      expect([...seen].filter((code) => !['forbidden', 'last_administrator'].includes(code))).toEqual([]);
    },
    120_000,
  );

  it.each(Object.entries(REMOVALS))(
    'when statements of the API have both %s at the same time',
    async (_what, sql) => {
      for (const isolation of ['read committed', 'repeatable read', 'serializable']) {
        const clients = await Promise.all([asApi(isolation), asApi(isolation)]);
        const whom = [practice.administrator.userId, second.id];
        // Both have written before either commits: each still sees the other's administrator.
        for (const [nth, client] of clients.entries()) await client.query(sql, [tenant, whom[nth]]);
        const codes = await Promise.all(clients.map(commit));
        expect(
          codes.filter((code) => code === null),
          isolation,
        ).toHaveLength(1);
        expect([LAST, '40001'], isolation).toContain(codes.find((code) => code !== null));
        expect(await administrators(), isolation).toBe(1);
        await restore();
      }
    },
  );
});

describe('the database', () => {
  it.each(Object.entries(REMOVALS))(
    'lets no statement of the API commit that has the last one %s',
    async (_what, sql) => {
      const first = await asApi();
      await first.query(REMOVALS.demoted, [tenant, second.id]);
      expect(await commit(first)).toBeNull();
      const client = await asApi();
      await client.query(sql, [tenant, practice.administrator.userId]);
      expect(await commit(client)).toBe(LAST);
      expect(await administrators()).toBe(1);
    },
  );

  it('lets one transaction replace the only administrator by another', async () => {
    const client = await asApi();
    await client.query(REMOVALS.demoted, [tenant, second.id]);
    await client.query(REMOVALS.demoted, [tenant, practice.administrator.userId]);
    await client.query("insert into user_roles values ($1, $2, 'administrator')", [tenant, second.id]);
    expect(await commit(client)).toBeNull();
  });

  it('leaves everybody else alone, also while the only administrator’s password is locked', async () => {
    const staff = await invite(product, practice);
    await restore();
    const client = await asApi();
    await client.query(REMOVALS.demoted, [tenant, second.id]);
    expect(await commit(client)).toBeNull();
    await product.database.query('update passwords set disabled = true where user_id = $1', [
      practice.administrator.userId,
    ]);
    const leaver = await asApi();
    await leaver.query(REMOVALS.deactivated, [tenant, staff.id]);
    expect(await commit(leaver)).toBeNull();
  });

  it('removes a whole practice that nobody confirmed, unless its trail is on hold', async () => {
    const { status } = await product.http.post('/api/v1/practices').send({
      name: 'Never Confirmed',
      administrator: {
        username: 'nemo',
        displayName: 'Nemo',
        email: 'nemo@elm.example',
        password: 'correct horse battery staple',
      },
    });
    expect(status).toBe(202);
    await product.database.query(
      "update practices set created_at = created_at - interval '8 days' where name = 'Never Confirmed'",
    );
    await product.database.query(
      `insert into audit_holds (practice_id, party, since, held_by, reason)
       select practice_id, 'operators', now(), 'olga', 'asked for' from practices where name = 'Never Confirmed'`,
    );
    expect(await removed()).toBe(0);
    await product.database.query('delete from audit_holds');
    expect(await removed()).toBe(1);
  });

  it('lets no statement of the API make a confirmed practice one that is cleared away', async () => {
    const attempt = async (sql: string) => {
      const client = await asApi();
      try {
        await client.query(sql);
        return null;
      } catch (error) {
        return (error as { code: string }).code;
      } finally {
        await client.end();
      }
    };
    expect(await attempt("update practices set created_at = now() - interval '8 days'")).toBe(DENIED);
    expect(await attempt('update practices set confirmed_at = null')).toBe(DENIED);
    expect(await attempt("update practices set status = 'pending'")).toBe(CHECKED);
    // Even where the trigger was off: it was confirmed once.
    await product.database.query(
      `begin; set local session_replication_role = replica;
       update practices set status = 'pending', created_at = now() - interval '8 days'; commit`,
    );
    expect(await removed()).toBe(0);
    await product.database.query("update practices set status = 'active'");
  });
});

/** What the worker clears away of practices that nobody confirmed. */
async function removed(): Promise<number> {
  const client = new Client({ connectionString: product.database.workerUrl });
  await client.connect();
  await client.query('begin; set local role latchkey_worker');
  const { rows } = await client.query('select remove_unconfirmed_practices() as removed');
  expect(await commit(client)).toBeNull();
  return rows[0].removed;
}

it('is not locked out by a reset: that waits for a mail, and a mail may not come', async () => {
  const { body } = await product.http
    .get('/api/v1/permissions')
    .set(practice.administrator.headers)
    .expect(200);
  const permissions = body.items.map(({ name }: { name: string }) => name);
  const role = { key: 'deputy', name: 'Deputy', permissions };
  await product.http.post('/api/v1/roles').set(practice.administrator.headers).send(role).expect(201);
  const deputy = await join(product, practice, ['deputy']);
  const client = await asApi();
  await client.query(REMOVALS.demoted, [tenant, second.id]);
  expect(await commit(client)).toBeNull();
  const reset = (lockNow: boolean) =>
    product.http
      .post(`/api/v1/users/${practice.administrator.userId}/password-reset`)
      .set(deputy.session.headers)
      .send({ lockNow });
  expectProblem(await reset(true), 409, 'last_administrator');
  expect((await reset(false)).status).toBe(202);
});

it('a change that forgets to ask is answered 409 last_administrator, not with a fault of ours', async () => {
  // What mustRemain would find is made true for the statement that asks, and untrue before the commit.
  const client = await asApi();
  await client.query(REMOVALS.demoted, [tenant, second.id]);
  expect(await commit(client)).toBeNull();
  await product.database.query('alter function administrator_remains(uuid) rename to remains_truly');
  await product.database.query(
    `create function administrator_remains(practice uuid) returns boolean language sql stable as
       $$ select current_user = 'latchkey_api' or remains_truly(practice) $$`,
  );
  await product.database.query('grant execute on function remains_truly(uuid) to public');
  const { headers, userId } = practice.administrator;
  expectProblem(await patch(headers, userId, { roles: ['staff'] }), 409, 'last_administrator');
  expect(await administrators()).toBe(1);
});
