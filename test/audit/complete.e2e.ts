import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Upkeep } from '../../apps/worker/upkeep.js';
import { credentialIn, lineAfter, nextMail } from '../support/mail.js';
import { PASSWORD } from '../support/practice.js';
import { expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { complete, counted, Script } from './script.js';

const NEW = 'seven quiet otters swim';
const LATER = 'nine patient herons wait';
const ANSWER = 'Elm Street 12';
const question = { securityQuestionId: 'first-street', securityAnswer: ANSWER };

let product: Product;
let script: Script;
beforeAll(async () => {
  product = await startProduct();
  script = new Script(product);
});
afterAll(() => product.stop());

describe('a day of more than forty steps', () => {
  /** Who did what to whom, by their usernames: what ids would say, if they were known before. */
  const by = (actor: string) => (action: string, target: string) =>
    `${action} by ${actor} on ${target} success`;
  const [byAda, byMara, anonymous, system] = [by('ada'), by('mara'), by('anonymous'), by('system')];
  const refused = (action: string, actor: string, target: string) =>
    `${action} by ${actor} on ${target} refused`;
  const deniedTo = (username: string) => refused('access.denied', username, username);
  const mailTo = (username: string) => system('delivery.accepted', `delivery of ${username}`);
  const signedIn = (username: string) => by(username)('session.created', 'session');
  const RESET = 'password-reset of mara';

  it('leaves exactly one event for each thing that happened, and none for what did not', async () => {
    const { step, as, send } = script;
    await step(
      [
        anonymous('practice.opened', 'practice'),
        anonymous('user.created', 'ada'),
        anonymous('security-question.changed', 'ada'),
        mailTo('ada'),
      ],
      () =>
        send('post', '/practices', 202, {
          name: 'Elm Dental',
          administrator: {
            username: 'ada',
            displayName: 'Ada',
            email: 'ada@elm.example',
            password: PASSWORD,
            ...question,
          },
        }),
    );
    script.practiceId = lineAfter(
      await nextMail(product.mailbox, 'ada@elm.example', 'practice-welcome'),
      'Practice ID:',
    );
    const ada = await step([signedIn('ada'), byAda('practice.confirmed', 'practice')], () =>
      script.signIn('ada', PASSWORD),
    );
    await step([refused('session.refused', 'anonymous', 'ada')], () => script.signIn('ada', 'wrong', 401));
    await step([refused('session.refused', 'anonymous', 'nobody')], () =>
      script.signIn('nobody', 'wrong', 401),
    );
    const mara = { username: 'mara', displayName: 'Mara', email: 'mara@elm.example', roles: ['staff'] };
    const { id } = (
      await step([byAda('user.created', 'mara'), mailTo('mara')], () => as(ada, 'post', '/users', 201, mara))
    ).body;
    await step([], () => as(ada, 'post', '/users', 409, mara));
    await step([], () => as(ada, 'post', '/users', 422, { ...mara, username: 'rex', roles: ['x'] }));
    const welcome = credentialIn(await nextMail(product.mailbox, mara.email, 'member-welcome'));

    const restricted = await step([signedIn('mara')], () => script.signIn('mara', welcome));
    await step([deniedTo('mara')], () => as(restricted, 'get', '/users', 403));
    const change = (currentPassword: string, newPassword: string) => ({ currentPassword, newPassword });
    await step([refused('password.refused', 'mara', 'mara')], () =>
      as(restricted, 'put', '/me/password', 401, change('no', NEW)),
    );
    await step([], () => as(restricted, 'put', '/me/password', 422, change(welcome, 'short')));
    await step(
      [byMara('password.changed', 'mara'), byMara('security-question.changed', 'mara'), mailTo('mara')],
      () => as(restricted, 'put', '/me/password', 204, { ...change(welcome, NEW), ...question }),
    );
    const staff = await step([signedIn('mara')], () => script.signIn('mara', NEW));
    await step([deniedTo('mara')], () => as(staff, 'get', '/users', 403));
    await step([deniedTo('mara')], () => as(staff, 'get', '/audit-events', 403));

    const first = await step([], () => script.challenge('mara'));
    await step([refused('security-answer.refused', 'anonymous', 'mara')], () =>
      send('post', '/password-resets', 202, { ticket: first, answer: 'no' }),
    );
    await step([], () => send('post', '/password-resets', 422, { ticket: first, answer: ANSWER }));
    await script.holds("select 1 from password_resets where state = 'refused'");
    await step([mailTo('mara')], async () => product.worker?.get(Upkeep).run());
    await script.settled();
    const second = await script.challenge('mara');
    await step([anonymous('password-reset.requested', RESET), system('password-reset.sent', RESET)], () =>
      send('post', '/password-resets', 202, { ticket: second, answer: ANSWER }),
    );
    const sent = credentialIn(await nextMail(product.mailbox, mara.email, 'temporary-credential'));
    await script.settled();
    const third = await script.challenge('mara');
    await step([refused('password-reset.withheld', 'anonymous', RESET)], () =>
      send('post', '/password-resets', 202, { ticket: third, answer: ANSWER }),
    );
    await script.holds("select 1 from audit_events where action = 'password-reset.withheld'");
    const again = await step([signedIn('mara'), byMara('password-reset.used', RESET)], () =>
      script.signIn('mara', sent),
    );
    await step(
      [byMara('password.changed', 'mara'), byMara('password-reset.completed', RESET), mailTo('mara')],
      () => as(again, 'put', '/me/password', 204, change(sent, LATER)),
    );
    const back = await step([signedIn('mara')], () => script.signIn('mara', LATER));
    await step([byMara('security-question.changed', 'mara'), mailTo('mara')], () =>
      as(back, 'put', '/me/security-question', 204, {
        currentPassword: LATER,
        questionId: 'first-concert',
        answer: 'Otters',
      }),
    );
    await step([byMara('session.reauthenticated', 'session')], () =>
      as(back, 'post', '/sessions/current/reauthentication', 204, { password: LATER }),
    );
    await step([refused('password.refused', 'mara', 'mara')], () =>
      as(back, 'post', '/sessions/current/reauthentication', 401, { password: 'no' }),
    );

    const reset = [byAda('password-reset.requested', RESET), system('password-reset.sent', RESET)];
    await step(reset, () => as(ada, 'post', `/users/${id}/password-reset`, 202, {}));
    await script.settled();
    await step([byAda('password-reset.superseded', RESET), ...reset], () =>
      as(ada, 'post', `/users/${id}/password-reset`, 202, {}),
    );
    await script.settled();
    await step([deniedTo('ada')], () => as(ada, 'post', `/users/${ada.userId}/password-reset`, 409, {}));
    await step(
      [
        byAda('user.updated', 'mara'),
        byAda('password-reset.cancelled', RESET),
        mailTo('mara'),
        mailTo('mara'),
      ],
      () => as(ada, 'patch', `/users/${id}`, 200, { email: 'mara@oak.example' }),
    );
    await step([byAda('user.updated', 'mara')], () =>
      as(ada, 'patch', `/users/${id}`, 200, { displayName: 'Mara Quill' }),
    );
    await step([], () => as(ada, 'patch', `/users/${id}`, 200, { displayName: 'Mara Quill' }));
    await step([byAda('user.roles-changed', 'mara')], () =>
      as(ada, 'patch', `/users/${id}`, 200, { roles: ['auditor'] }),
    );
    await step([deniedTo('mara')], () => as(back, 'post', '/users', 403, { ...mara, username: 'zoe' }));
    await step([byAda('sessions.revoked', 'mara')], () => as(ada, 'delete', `/users/${id}/sessions`, 204));
    await step([], () => as(back, 'get', '/users', 401));
    await step([byAda('user.deactivated', 'mara')], () =>
      as(ada, 'patch', `/users/${id}`, 200, { status: 'deactivated' }),
    );
    await step([], () => as(ada, 'post', `/users/${id}/password-reset`, 409, {}));
    await step([byAda('user.activated', 'mara')], () =>
      as(ada, 'patch', `/users/${id}`, 200, { status: 'active' }),
    );
    await step([deniedTo('ada')], () => as(ada, 'patch', `/users/${ada.userId}`, 409, { roles: ['staff'] }));
    await step([byAda('practice.updated', 'practice')], () =>
      as(ada, 'patch', '/practice', 200, { policy: { selfServiceCredentialMinutes: 30 } }),
    );
    await step([], () => as(ada, 'patch', '/practice', 200, { name: 'Elm Dental' }));
    await step([], () =>
      as(ada, 'patch', '/practice', 200, { policy: { selfServiceCredentialMinutes: 30 } }),
    );
    const other = await step([signedIn('ada')], () => script.signIn('ada', PASSWORD));
    await step([byAda('session.ended', 'session')], () => as(other, 'delete', '/sessions/current', 204));
    const zoe = await step([byAda('user.created', 'zoe'), mailTo('zoe')], () =>
      as(ada, 'post', '/users', 201, { ...mara, username: 'zoe' }),
    );
    await step([byAda('user.welcome-repeated', 'zoe'), mailTo('zoe')], () =>
      as(ada, 'post', `/users/${zoe.body.id}/welcome-email`, 202),
    );
    await step([], () => as(ada, 'delete', `/users/${id}`, 405));

    expect(script.steps).toBeGreaterThanOrEqual(40);
    const happened = await script.happened(ada);
    expect(counted(happened)).toEqual(counted(script.expected));
    for (const { event } of happened) expect(event).toEqual(complete(event));
  });

  it('tells what somebody may do, before and after', async () => {
    const ada = await script.signIn('ada', PASSWORD);
    const changes = async (action: string) => {
      const found = await script.happened(ada, { action });
      return found.map(({ event }) => event['changes']);
    };
    expect(await changes('user.created')).toContainEqual({
      before: [],
      after: ['administrator'],
      username: 'ada',
    });
    expect(await changes('user.created')).toContainEqual({ before: [], after: ['staff'], username: 'mara' });
    expect(await changes('user.roles-changed')).toEqual([{ before: ['staff'], after: ['auditor'] }]);
    expect(await changes('user.deactivated')).toEqual([{ before: 'active', after: 'deactivated' }]);
    expect(await changes('user.activated')).toEqual([{ before: 'deactivated', after: 'active' }]);
    const policy = { selfServiceCredentialMinutes: { before: 60, after: 30 } };
    expect(await changes('practice.updated')).toEqual([{ fields: Object.keys(policy), policy }]);
    expect(await changes('password-reset.withheld')).toMatchObject([{ reason: 'mailed-just-now' }]);
    expect(await changes('access.denied')).toContainEqual({
      code: 'password_change_required',
      route: 'GET /api/v1/users',
      count: 1,
    });
  });
});

it('different things that somebody was refused are different events, alike as their addresses are', async () => {
  const mara = await script.signIn('mara', LATER);
  const ada = await script.signIn('ada', PASSWORD);
  const routes = ['erasure', 'password-reset', 'welcome-email'];
  const before = (await script.happened(ada, { action: 'access.denied' })).length;
  for (const route of routes) {
    await script.as(mara, 'post', `/users/${ada.userId}/${route}`, 403, {});
    await script.as(mara, 'post', `/users/${mara.userId}/${route}`, 403, {});
  }
  const denied = await script.happened(ada, { action: 'access.denied' });
  const told = denied.slice(0, denied.length - before).map(({ event }) => event['changes']);
  for (const route of routes) {
    const own = (told as { route: string; count: number }[]).filter(
      (change) => change.route === `POST /api/v1/users/:id/${route}`,
    );
    expect(own.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  }
});

describe('where the trail cannot be written', () => {
  const broken = async (work: () => Promise<void>) => {
    const signature = 'audit_append(text[], integer[], text[], text[], bytea[], text[])';
    await product.database.query(`revoke execute on function ${signature} from latchkey_api`);
    try {
      await work();
    } finally {
      await product.database.query(`grant execute on function ${signature} to latchkey_api`);
    }
  };
  const everything = () =>
    product.database.query(
      `select (select count(*) from users) as users, (select count(*) from sessions) as sessions,
         (select count(*) from outbox) as mails, (select json_agg(p) from practices p) as practices,
         (select json_agg(p order by user_id) from passwords p) as passwords,
         (select json_agg(r order by user_id, role_key) from user_roles r) as held,
         (select json_agg(u order by id) from users u) as people, (select count(*) from roles) as roles,
         (select count(*) from credentials) as credentials, (select count(*) from password_resets) as resets,
         (select max(seq) from audit_events) as events`,
    );

  it('nothing is done: what was asked is rolled back and answered with 503', async () => {
    // Mara's mailbox has had its share of this hour.
    await product.advance(3_700);
    const ada = await script.signIn('ada', PASSWORD);
    await script.settled();
    const users = (await script.as(ada, 'get', '/users?search=mara', 200)).body.items;
    const mara = users.find(({ username }: { username: string }) => username === 'mara').id as string;
    const before = await everything();
    await broken(async () => {
      const eve = { username: 'eve', displayName: 'Eve', email: 'eve@elm.example', roles: ['staff'] };
      const newPassword = { currentPassword: PASSWORD, newPassword: NEW };
      for (const [method, path, body] of [
        ['post', '/users', eve],
        ['post', `/users/${mara}/password-reset`, { lockNow: true }],
        ['patch', `/users/${mara}`, { roles: ['staff'], email: 'mara@fir.example' }],
        ['post', `/users/${mara}/erasure`, undefined],
        ['put', '/me/password', newPassword],
        ['post', '/roles', { key: 'keeper', name: 'Keeper', permissions: ['practice:read'] }],
        ['patch', '/practice', { name: 'Oak Dental' }],
        ['delete', '/sessions/current', undefined],
      ] as const) {
        const refused = await script.as(ada, method, path, 503, body);
        expectProblem(refused, 503, 'overloaded');
        expect(refused.headers['retry-after']).toBe('2');
      }
      await script.signIn('ada', PASSWORD, 503);
      expect(await everything()).toEqual(before);
      // What was counted of strangers cannot be sealed: nobody reads a trail that lacks it.
      await script.signIn('ada', 'wrong', 401);
      expectProblem(await script.as(ada, 'get', '/audit-events', 503), 503, 'overloaded');
    });
    await script.as(ada, 'patch', '/practice', 200, { name: 'Oak Dental' });
  });

  it('a refusal is not given either, to nobody: 503 instead of 401 and 403, alike for every name', async () => {
    const mara = await script.signIn('mara', LATER);
    await product.database.query('revoke insert on audit_refusals from latchkey_api');
    try {
      await script.signIn('ada', 'wrong', 503);
      await script.signIn('nobody', 'wrong', 503);
      await script.as(mara, 'post', '/users', 503, {});
    } finally {
      await product.database.query('grant insert on audit_refusals to latchkey_api');
    }
    await script.signIn('ada', 'wrong', 401);
  });
});
