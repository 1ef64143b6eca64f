import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { nextMail } from '../support/mail.js';
import { asAdministrator, join, type Member } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, resetIn } from '../support/recovery.js';

// Check-then-use (ASVS 15.4.2): each test holds the transaction of one side open at the worst moment.
let product: Product;
let practice: OpenedPractice;
let rival: Client;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  rival = new Client({ connectionString: product.database.adminUrl });
  await rival.connect();
});
afterAll(async () => {
  await rival.end();
  await product.stop();
});

/** Starts a request while the rival's transaction is open, and commits that once the request waits for it. */
async function against<T>(request: PromiseLike<T>): Promise<T> {
  const answer = Promise.resolve(request);
  try {
    await vi.waitFor(
      async () => {
        const waiting = await product.database.query(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        );
        if (waiting.length === 0) throw new Error('The request waits for nothing');
      },
      { timeout: 3_000, interval: 20 },
    );
  } finally {
    await rival.query('commit');
  }
  return answer;
}

const attempt = (member: Member, password: string) =>
  product.http
    .post('/api/v1/sessions')
    .send({ practiceId: practice.practiceId, username: member.username, password, transport: 'bearer' });
const sessionsOf = ({ id }: Member) =>
  product.database.query('select from sessions where user_id = $1', [id]);
const headersOfAdministrator = async () => (await asAdministrator(product, practice)).headers;

/** A temporary password on its way into the hands of somebody who signs in with it right now. */
async function usingTemporary(member: Member): Promise<void> {
  const headers = await headersOfAdministrator();
  await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
  // Not before the worker has done with it: it must not be who waits for the rival.
  await resetIn(product, headers, member.id, 'sent');
  await rival.query('begin');
  await rival.query("update credentials set state = 'used' where user_id = $1 and state = 'live'", [
    member.id,
  ]);
  await rival.query(
    `insert into sessions (practice_id, id, user_id, token_hash, restricted_to, transport, idle_minutes, ends_at)
     select practice_id, gen_random_uuid(), user_id, uuid_send(gen_random_uuid()), id, 'cookie', 15, now() + interval '15 minutes'
     from credentials where user_id = $1 and state = 'used' order by id desc limit 1`,
    [member.id],
  );
}

describe('a sign-in that meets a change', () => {
  it.each(['sealed = sealed || sealed', 'disabled = true'])('loses to the password (%s)', async (change) => {
    const member = await join(product, practice);
    await rival.query('begin');
    await rival.query(`update passwords set ${change} where user_id = $1`, [member.id]);
    expectProblem(await against(attempt(member, NEW_PASSWORD)), 401, 'invalid_credentials');
  });

  it('with a temporary password leaves no session beside a new password', async () => {
    const member = await join(product, practice);
    await usingTemporary(member);
    const change = product.http
      .put('/api/v1/me/password')
      .set(member.session.headers)
      .send({ currentPassword: NEW_PASSWORD, newPassword: PASSWORD });
    expect((await against(change)).status).toBe(204);
    expect(await sessionsOf(member)).toHaveLength(1);
  });

  it('with a temporary password leaves no session to somebody deactivated', async () => {
    const member = await join(product, practice);
    const headers = await headersOfAdministrator();
    await usingTemporary(member);
    const change = product.http
      .patch(`/api/v1/users/${member.id}`)
      .set(headers)
      .send({ status: 'deactivated' });
    expect((await against(change)).status).toBe(200);
    expect(await sessionsOf(member)).toHaveLength(0);
  });
});

describe('a reset that meets a change of the person', () => {
  const asks = {
    administrator: async ({ id }: Member) => {
      const headers = await headersOfAdministrator();
      return () => product.http.post(`/api/v1/users/${id}/password-reset`).set(headers);
    },
    self_service:
      async ({ username }: Member) =>
      () => {
        return answerQuestion(product, { practiceId: practice.practiceId, username });
      },
  };

  it.each(['administrator', 'self_service'] as const)('goes to the new address (%s)', async (channel) => {
    const member = await join(product, practice);
    const ask = await asks[channel](member);
    await rival.query('begin');
    await rival.query("update users set email = 'new-' || email where id = $1", [member.id]);
    expect((await against(ask())).status).toBe(202);
    await nextMail(product.mailbox, `new-${member.email}`, 'temporary-credential');
    const old = product.mailbox.messages({ to: member.email, limit: 50 });
    expect(old.map((mail) => mail.headers['x-latchkey-template'])).not.toContain('temporary-credential');
  });

  it.each(['administrator', 'self_service'] as const)(
    'creates nothing for a leaver (%s)',
    async (channel) => {
      const member = await join(product, practice);
      const ask = await asks[channel](member);
      await rival.query('begin');
      await rival.query("update users set status = 'deactivated' where id = $1", [member.id]);
      expect((await against(ask())).status).toBe(channel === 'administrator' ? 409 : 202);
      // What follows from an answer follows after its 202.
      await vi.waitFor(
        async () => expect(await product.database.query('select from given_answers')).toHaveLength(0),
        { timeout: 3_000, interval: 20 },
      );
      const live = 'select from credentials where user_id = $1 and state = $2';
      expect(await product.database.query(live, [member.id, 'live'])).toHaveLength(0);
    },
  );
});

it('lets one of two simultaneous password changes through', async () => {
  const member = await join(product, practice);
  const change = (newPassword: string) =>
    product.http
      .put('/api/v1/me/password')
      .set(member.session.headers)
      .send({ currentPassword: NEW_PASSWORD, newPassword });
  const choices = ['seven yellow bicycles', 'eleven quiet windmills'];
  const answers = await Promise.all(choices.map(change));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 401]);
  const winner = choices[answers.findIndex(({ status }) => status === 204)] ?? '';
  expect((await attempt(member, winner)).status).toBe(201);
});
