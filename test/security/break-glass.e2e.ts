import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operator } from '#access';
import { credentialIn, nextMail } from '../support/mail.js';
import { addOperator, revokeOperator, supportOf, upkeep } from '../support/operators.js';
import { join, setOwnPassword } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD, signIn } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { resetsOf } from '../support/recovery.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;

let product: Product;
let wren: Operator;
let finch: Operator;
let practice: OpenedPractice;
let support: Awaited<ReturnType<typeof supportOf>>;
beforeAll(async () => {
  product = await startProduct();
  wren = await addOperator(product, 'wren');
  finch = await addOperator(product, 'finch');
});
afterAll(() => product.stop());

/** A practice of one administrator, Ada, whose password is lost from here on. */
async function lockedOut(): Promise<void> {
  practice = await openPractice(product);
  support = await supportOf(product, practice);
}

const refusedWith = (words: string) => ({
  code: 'support_grant_refused',
  detail: expect.stringContaining(words),
});
const kindsTo = (email: string) =>
  product.mailbox.messages({ to: email, limit: 50 }).map((mail) => mail.headers['x-latchkey-template']);
const later = async (seconds: number): Promise<void> => {
  await product.advance(seconds);
  await upkeep(product);
};

describe('four eyes', () => {
  beforeAll(lockedOut);

  it('are not two of one person: whoever proposed it cannot approve it', async () => {
    const { id } = await support.propose(wren);
    await expect(support.approve(wren, id)).rejects.toMatchObject(refusedWith('cannot approve'));
    const alone = product.database.query(
      `update support_grants set state = 'approved', approved_by = proposed_by, approved_at = now(),
         due_at = now() + interval '5 hours' where id = $1`,
      [id],
    );
    await expect(alone).rejects.toThrow('two_operators');
  });

  it('are not those of somebody who was added for the purpose', async () => {
    const [open] = await product.database.query<{ id: string }>(
      "select id from support_grants where state = 'proposed'",
    );
    const lark = await addOperator(product, 'lark');
    await expect(support.approve(lark, open?.id ?? '')).rejects.toMatchObject(refusedWith('added after'));
    expect(await support.states()).toEqual(['proposed']);
  });

  it('are not those of an auditor', async () => {
    const owl = await addOperator(product, 'owl', 'auditor');
    await expect(support.propose(owl)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('look at one grant at a time, and names and tokens are one operator’s alone', async () => {
    await expect(support.propose(finch)).rejects.toMatchObject(refusedWith('open already'));
    await expect(addOperator(product, 'wren')).rejects.toThrow('not added');
    const twice = product.database.query(
      `insert into operators (name, role, token_digest, created_at, created_by)
       select 'wren2', role, token_digest, created_at, created_by from operators where name = 'wren'`,
    );
    await expect(twice).rejects.toThrow('operators_token_digest_key');
  });
});

describe('an approved grant', () => {
  it('sends nothing before its four hours are over, then a temporary password to the stored address', async () => {
    await lockedOut();
    const { administrator, practiceId } = practice;
    const auditor = await join(product, practice, ['auditor']);
    await product.advance(60);
    const { id } = await support.propose(wren);
    await later(1);
    const approved = await support.approve(finch, id);
    const delay = Date.parse(approved.dueAt ?? '') - Date.parse(approved.approvedAt ?? '');
    expect(delay).toBe(4 * HOUR * 1000);
    const notice = await nextMail(product.mailbox, administrator.email, 'support-grant-approved');
    expect(notice.text).toContain('wren and finch');
    expect(notice.text).toContain('Ticket 4711');
    expect(notice.text).toContain('Sign in as an administrator with your own password');
    await later(4 * HOUR - 60);
    expect(await support.states()).toEqual(['approved']);
    expect(kindsTo(administrator.email)).not.toContain('temporary-credential');

    await later(120);
    const mail = await nextMail(product.mailbox, administrator.email, 'temporary-credential');
    expect(mail.text).toContain('Customer service started this');
    expect(await support.states()).toEqual(['carried_out']);
    await upkeep(product);
    const { headers } = await signIn(product, practiceId, auditor.username, NEW_PASSWORD);
    const resets = await resetsOf(product, headers, administrator.userId);
    expect(resets).toMatchObject([
      { channel: 'support', requestedBy: { type: 'operator', id: 'operator:wren' } },
    ]);
    await setOwnPassword(product, practice, administrator, credentialIn(mail), 'another pond in the moor');
    await signIn(product, practiceId, administrator.username, 'another pond in the moor');

    const { body } = await product.http
      .get('/api/v1/audit-events')
      .query({ targetId: id })
      .set(headers)
      .expect(200);
    const seen = body.items.map((event: { action: string; actor: object }) => [event.action, event.actor]);
    expect(seen.toReversed()).toEqual([
      ['support-grant.proposed', { type: 'operator', id: 'operator:wren' }],
      ['support-grant.approved', { type: 'operator', id: 'operator:finch' }],
      ['support-grant.carried-out', { type: 'operator', id: 'operator:wren' }],
    ]);
    expect(body.items.at(-1).changes.reason).toContain('Ticket 4711');
  });

  it('leaves password and sessions alone until a new password is set', async () => {
    await lockedOut();
    await support.approve(finch, (await support.propose(wren)).id);
    await later(4 * HOUR + 1);
    await nextMail(product.mailbox, practice.administrator.email, 'temporary-credential');
    await signIn(product, practice.practiceId, 'ada', PASSWORD);
  });

  it('is told to every administrator, with whose password it is', async () => {
    await lockedOut();
    const second = await join(product, practice, ['administrator']);
    await product.advance(2 * DAY);
    await support.approve(finch, (await support.propose(wren)).id);
    const notice = await nextMail(product.mailbox, second.email, 'support-grant-approved');
    expect(notice.subject).toContain('the password of Ada Lindqvist');
  });
});

describe('a grant is ended', () => {
  beforeAll(lockedOut);

  const approvedGrant = async (): Promise<string> => {
    const { id } = await support.propose(wren);
    await support.approve(finch, id);
    return id;
  };
  const endsFor = async (reason: string): Promise<void> => {
    await upkeep(product);
    expect((await support.states())[0]).toBe('cancelled');
    await later(4 * HOUR + 1);
    expect(kindsTo(practice.administrator.email)).not.toContain('temporary-credential');
    const { headers } = await signIn(product, practice.practiceId, 'ada', PASSWORD);
    const query = { action: 'support-grant.cancelled', limit: 1 };
    const { body } = await product.http.get('/api/v1/audit-events').query(query).set(headers).expect(200);
    expect(body.items[0].changes.reason).toBe(reason);
  };

  it('by an administrator who signs in with their own password', async () => {
    await approvedGrant();
    await product.advance(HOUR);
    await signIn(product, practice.practiceId, 'ada', PASSWORD);
    await endsFor('administrator-signed-in');
  });

  it('by whoever may reset passwords there, and once only', async () => {
    const staff = await join(product, practice);
    const { headers } = await signIn(product, practice.practiceId, 'ada', PASSWORD);
    await product.advance(1);
    const id = await approvedGrant();
    const cancel = (as: { authorization: string }) =>
      product.http.post(`/api/v1/support-grants/${id}/cancellation`).set(as);
    expectProblem(await cancel(staff.session.headers), 403, 'forbidden');
    expect(
      (await product.http.get('/api/v1/support-grants').set(headers).expect(200)).body.items[0],
    ).toMatchObject({
      id,
      state: 'approved',
      username: 'ada',
      proposedBy: 'wren',
      approvedBy: 'finch',
    });
    const cancelled = await cancel(headers).expect(200);
    expect(cancelled.body.state).toBe('cancelled');
    expectProblem(await cancel(headers), 409, 'support_grant_ended');
    await endsFor('stopped-by-the-practice');
  });

  it('when an operator behind it is revoked', async () => {
    const robin = await addOperator(product, 'robin');
    await product.advance(1);
    const { id } = await support.propose(wren);
    await support.approve(robin, id);
    await revokeOperator(product, 'robin');
    await endsFor('operator-revoked');
  });

  it('when the address is changed meanwhile, and none is possible for a week', async () => {
    await later(DAY);
    const { headers } = await signIn(product, practice.practiceId, 'ada', PASSWORD);
    await product.advance(1);
    await approvedGrant();
    const { administrator } = practice;
    await product.http
      .patch(`/api/v1/users/${administrator.userId}`)
      .set(headers)
      .send({ email: 'thief@moor.example' })
      .expect(200);
    await endsFor('address-is-new');
    expect(kindsTo('thief@moor.example')).not.toContain('temporary-credential');
    await expect(support.propose(wren)).rejects.toMatchObject(refusedWith('within the last 7 days'));
    await product.advance(7 * DAY);
    expect((await support.propose(wren)).state).toBe('proposed');
  });

  it('by time: seventy-two hours after it was proposed', async () => {
    await later(69 * HOUR);
    const [open] = await product.database.query<{ id: string }>(
      `select id from support_grants where state = 'proposed' and user_id = $1`,
      [practice.administrator.userId],
    );
    await expect(support.approve(finch, open?.id ?? '')).rejects.toMatchObject(refusedWith('Too little'));
    await later(3 * HOUR + 1);
    expect((await support.states())[0]).toBe('expired');
    const told = await product.database.query(
      `select 1 from audit_events where action = 'support-grant.expired' and target_id = $1`,
      [open?.id],
    );
    expect(told).toHaveLength(1);
  });
});

describe('a grant is refused', () => {
  beforeAll(lockedOut);

  it('for whoever an administrator can help', async () => {
    const member = await join(product, practice);
    await expect(support.propose(wren, member.username)).rejects.toMatchObject(
      refusedWith('not an active administrator'),
    );
    await expect(support.propose(wren, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('while another administrator has signed in within a day', async () => {
    const second = await join(product, practice, ['administrator']);
    await expect(support.propose(wren)).rejects.toMatchObject(refusedWith('not locked out'));
    await product.advance(DAY + 1);
    expect((await support.propose(wren)).username).toBe('ada');
    await signIn(product, practice.practiceId, second.username, NEW_PASSWORD);
    await upkeep(product);
    expect(await support.states()).toEqual(['cancelled']);
  });
});
