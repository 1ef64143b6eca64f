import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { addOperator, revokeOperator } from '../support/operators.js';
import { asAdministrator, defineRole, join, type Member } from '../support/people.js';
import {
  NEW_PASSWORD,
  type OpenedPractice,
  openPractice,
  type Session,
  signIn,
  tenantOf,
} from '../support/practice.js';
import { expectFault, expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { directly } from '../tenancy/direct-statements.js';
import { archivistIn, removalIn } from './archivist.js';

const DAY = 86_400;
const PATH = '/api/v1/audit-retention';

let product: Product;
let practice: OpenedPractice;
let tenantId: string;
let second: Member;
let ada: Session;
let bea: Session;
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
});
afterAll(() => product.stop());
beforeEach(async () => {
  practice = await openPractice(product);
  tenantId = await tenantOf(product, practice.administrator.userId);
  second = await join(product, practice, ['administrator']);
  ada = practice.administrator;
  bea = second.session;
});

type Method = 'get' | 'patch' | 'post' | 'put' | 'delete';
const ask = (who: Session, method: Method, path = '', body?: object) =>
  product.http[method](`${PATH}${path}`).set(who.headers).send(body);
const done = async (...request: Parameters<typeof ask>) => (await ask(...request).expect(200)).body;
const view = () => done(ada, 'get');
/** Sessions end while time passes. */
const later = async (seconds: number): Promise<void> => {
  await product.advance(seconds);
  ada = await asAdministrator(product, practice);
  bea = await signIn(product, practice.practiceId, second.username, NEW_PASSWORD);
};
const asArchivist = (statement: string) => archivistIn(product, tenantId, statement);
const removal = () => removalIn(product, tenantId);
const HELD = 'LK004';
const TOO_YOUNG = 'LK003';
const asApi = (statement: string) =>
  directly(product, { login: 'api', role: 'latchkey_api', practice: tenantId }, statement);
const told = (email: string, words: RegExp) =>
  vi.waitFor(() => {
    const texts = product.mailbox
      .messages({ to: email, limit: 100 })
      .filter(({ headers }) => headers['x-latchkey-template'] === 'audit-keeping-changed')
      .map(({ text }) => text);
    expect(texts).toContainEqual(expect.stringMatching(words));
  });
const trail = async () => {
  const { body } = await product.http.get('/api/v1/audit-events').set(ada.headers).expect(200);
  return body.items
    .filter(({ action }: { action: string }) => /^audit-(retention|hold)\./.test(action))
    .map(({ action, actor, changes }: { action: string; actor: { id: string }; changes: object }) => [
      action,
      actor.id,
      changes,
    ])
    .toReversed();
};

describe('the years that a trail is kept', () => {
  it('are six until somebody says more, which acts at once and is told to every administrator', async () => {
    expect(await view()).toEqual({ years: 6, pending: null, hold: null, operatorHold: null });
    expect(await done(ada, 'patch', '', { years: 10 })).toMatchObject({ years: 10, pending: null });
    await told(practice.administrator.email, /kept for 10 years/);
    await told(second.email, /kept for 10 years/);
    expect(await trail()).toEqual([['audit-retention.raised', ada.userId, { years: 10 }]]);
  });

  it('are never fewer than six nor more than a hundred', async () => {
    for (const years of [5, 101, 6.5]) expectFault(await ask(ada, 'patch', '', { years }), '/years');
  });

  it('become fewer seven days after another administrator has agreed, and not before', async () => {
    await done(ada, 'patch', '', { years: 10 });
    const requested = await done(ada, 'patch', '', { years: 8 });
    expect(requested).toMatchObject({
      years: 10,
      pending: {
        years: 8,
        requestedBy: { type: 'user', id: ada.userId },
        confirmedBy: null,
        effectiveAt: null,
      },
    });
    await told(second.email, /kept for 8 years only\. Nothing changes before/);
    await later(30 * DAY);
    expect((await view()).years).toBe(10);

    expectProblem(await ask(ada, 'post', '/confirmation', { years: 8 }), 409, 'audit_retention_refused');
    expectProblem(await ask(bea, 'post', '/confirmation', { years: 7 }), 409, 'audit_retention_refused');
    const { pending } = await done(bea, 'post', '/confirmation', { years: 8 });
    expect(pending.confirmedBy).toEqual({ type: 'user', id: bea.userId });
    await told(practice.administrator.email, /This acts from/);
    expectProblem(await ask(bea, 'post', '/confirmation', { years: 8 }), 409, 'audit_retention_refused');
    await later(7 * DAY - 60);
    expect(await view()).toMatchObject({ years: 10, pending: { years: 8 } });
    await later(61);
    expect(await view()).toMatchObject({ years: 8, pending: null });
    expect(await trail()).toEqual([
      ['audit-retention.raised', ada.userId, { years: 10 }],
      ['audit-retention.lowering-requested', ada.userId, { years: 8 }],
      ['audit-retention.lowering-confirmed', bea.userId, { years: 8, effectiveAt: pending.effectiveAt }],
    ]);
  });

  it('stay as they were when any administrator stops it meanwhile, or asks for more', async () => {
    await done(ada, 'patch', '', { years: 10 });
    await done(ada, 'patch', '', { years: 8 });
    expectProblem(await ask(bea, 'patch', '', { years: 7 }), 409, 'audit_retention_refused');
    await done(bea, 'post', '/confirmation', { years: 8 });
    expect(await done(ada, 'delete', '/request')).toMatchObject({ years: 10, pending: null });
    await told(second.email, /kept for as long as before/);
    expect(await trail()).toContainEqual(['audit-retention.lowering-cancelled', ada.userId, { years: 8 }]);
    expectProblem(await ask(ada, 'delete', '/request'), 409, 'audit_retention_refused');
    await done(ada, 'patch', '', { years: 8 });
    await done(bea, 'post', '/confirmation', { years: 8 });
    expect(await done(ada, 'patch', '', { years: 11 })).toMatchObject({ years: 11, pending: null });
    await later(8 * DAY);
    expect((await view()).years).toBe(11);
  });

  it('decide what the archivist may remove', async () => {
    await done(ada, 'patch', '', { years: 10 });
    await done(ada, 'patch', '', { years: 6 });
    await later(7 * 366 * DAY);
    expect(await removal()).toBe(TOO_YOUNG);
    await done(bea, 'post', '/confirmation', { years: 6 });
    await later(7 * DAY - 60);
    expect(await removal()).toBe(TOO_YOUNG);
    await later(61);
    expect(await removal()).toBeNull();
  });

  it('are no matter for whoever is not an administrator, whatever their role says', async () => {
    await defineRole(product, ada.userId, 'keeper', ['audit:read', 'practice:update']);
    const { session } = await join(product, practice, ['keeper']);
    await done(ada, 'patch', '', { years: 10 });
    await done(ada, 'patch', '', { years: 8 });
    for (const [method, path, body] of [
      ['patch', '', { years: 12 }],
      ['post', '/confirmation', { years: 8 }],
      ['delete', '/request', undefined],
      ['put', '/hold', { reason: 'Case 12' }],
    ] as const) {
      expectProblem(await ask(session, method, path, body), 403, 'forbidden');
    }
    // Nor may what somebody asked who is none any more be agreed to.
    await product.http
      .patch(`/api/v1/users/${ada.userId}`)
      .set(bea.headers)
      .send({ roles: ['staff'] })
      .expect(200);
    expectProblem(await ask(bea, 'post', '/confirmation', { years: 8 }), 403, 'forbidden');
  });

  it('cannot be written by a process: neither fewer, nor earlier, nor by one alone', async () => {
    await done(ada, 'patch', '', { years: 10 });
    await done(ada, 'patch', '', { years: 8 });
    for (const statement of [
      'update audit_retention set years = 6',
      "update audit_retention set effective_at = now() - interval '1 day'",
      'delete from audit_retention',
      'delete from audit_holds',
      'update audit_holds set reason = reason',
      'select audit_retention_held()',
      "select audit_lift('practice', 'x')",
      "select operators_lift('operator:wren')",
    ]) {
      expect((await asApi(statement)).code, statement).toBe('42501');
    }
    // What a session says of the time is not what counts.
    const { rows } = await asApi(
      `with said as materialized (select set_config('app.clock_offset', '-99999999', true))
       select audit_retain_confirm(8, '${bea.userId}') > now() + make_interval(days => 6, secs => offset_seconds)
         as "inSevenDays" from said, clock`,
    );
    expect(rows).toEqual([{ inSevenDays: true }]);
    const early = product.database.query(
      `update audit_retention set confirmed_by = $1, confirmed_at = now(), effective_at = now() where practice_id = $2`,
      [bea.userId, tenantId],
    );
    await expect(early).rejects.toThrow('announced_seven_days_before');
  });
});

describe('a legal hold', () => {
  it('acts at once, whatever retention says, until two administrators have lifted it', async () => {
    const held = await done(ada, 'put', '/hold', { reason: 'Case 12' });
    expect(held.hold).toMatchObject({
      by: { type: 'user', id: ada.userId },
      reason: 'Case 12',
      lifting: null,
    });
    await told(second.email, /The reason given: Case 12/);
    await later(7 * 366 * DAY);
    expect(await removal()).toBe(HELD);

    expectProblem(await ask(bea, 'post', '/hold/lifting/confirmation'), 409, 'audit_retention_refused');
    const asked = await done(ada, 'post', '/hold/lifting');
    expect(asked.hold.lifting.requestedBy).toEqual({ type: 'user', id: ada.userId });
    expectProblem(await ask(bea, 'post', '/hold/lifting'), 409, 'audit_retention_refused');
    expectProblem(await ask(ada, 'post', '/hold/lifting/confirmation'), 409, 'audit_retention_refused');
    expect(await removal()).toBe(HELD);
    expect((await done(bea, 'post', '/hold/lifting/confirmation')).hold).toBeNull();
    await told(practice.administrator.email, /can be removed again/);
    expect(await removal()).toBeNull();
    expect((await trail()).map(([action, who]: string[]) => [action, who])).toEqual([
      ['audit-hold.placed', ada.userId],
      ['audit-hold.lifting-requested', ada.userId],
      ['audit-hold.lifted', bea.userId],
    ]);
    // Also who tried to lift it alone.
    const denied = await product.http.get('/api/v1/audit-events?action=access.denied').set(ada.headers);
    expect(denied.body.items).toContainEqual(
      expect.objectContaining({
        actor: { type: 'user', id: ada.userId },
        outcome: 'refused',
        changes: {
          code: 'audit_retention_refused',
          route: 'POST /api/v1/audit-retention/hold/lifting/confirmation',
          count: 1,
        },
      }),
    );
  });

  it('that is placed anew withdraws what was asked for', async () => {
    await done(ada, 'put', '/hold', { reason: 'Case 12' });
    await done(ada, 'post', '/hold/lifting');
    const again = await done(bea, 'put', '/hold', { reason: 'Case 12 goes on' });
    expect(again.hold).toMatchObject({ reason: 'Case 12 goes on', lifting: null });
    expectProblem(await ask(bea, 'post', '/hold/lifting/confirmation'), 409, 'audit_retention_refused');
  });

  it('of the operators is seen by the practice and is not theirs to lift', async () => {
    await asArchivist("operators_hold('operator:wren', 'Court order 7')");
    const { hold, operatorHold } = await view();
    expect(hold).toBeNull();
    expect(operatorHold).toMatchObject({
      by: { type: 'operator', id: 'operator:wren' },
      reason: 'Court order 7',
    });
    expectProblem(await ask(ada, 'post', '/hold/lifting'), 409, 'audit_retention_refused');
    expect(await removal()).toBe(HELD);
  });

  it('of the operators is lifted by two who stand, both added before it was asked for', async () => {
    await addOperator(product, 'wren');
    await addOperator(product, 'lark');
    await addOperator(product, 'owl', 'auditor');
    await later(60);
    const lift = (name: string) => asArchivist(`operators_lift('operator:${name}')`);
    await asArchivist("operators_hold('cli:root', 'Court order 7')");
    expect(await lift('nobody')).toBe('LK017');
    expect(await lift('owl')).toBe('LK017');
    expect(await lift('wren')).toBeNull();
    expect(await lift('wren')).toBe('LK014');
    await later(60);
    await addOperator(product, 'robin');
    expect(await lift('robin')).toBe('LK017');
    expect((await view()).operatorHold.lifting.requestedBy).toEqual({
      type: 'operator',
      id: 'operator:wren',
    });
    await revokeOperator(product, 'wren');
    expect(await lift('lark')).toBe('LK017');
  });
});

it('every change asks for the password again where the practice’s policy does', async () => {
  const policy = { reauthenticateMinutes: 5 };
  await product.http.patch('/api/v1/practice').set(ada.headers).send({ policy }).expect(200);
  await product.advance(6 * 60);
  for (const [method, path, body] of [
    ['patch', '', { years: 12 }],
    ['post', '/confirmation', { years: 8 }],
    ['put', '/hold', { reason: 'Case 12' }],
    ['post', '/hold/lifting', undefined],
    ['post', '/hold/lifting/confirmation', undefined],
  ] as const) {
    expectProblem(await ask(ada, method, path, body), 403, 'reauthentication_required');
  }
});
