import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialIn, nextMail } from '../support/mail.js';
import { asAdministrator, invite } from '../support/people.js';
import { type OpenedPractice, openPractice, PASSWORD, signIn } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, resetIn } from '../support/recovery.js';

const OWN = 'canary-password seven lanterns';
const LATER = 'canary-password nine anchors';
const WRONG_PASSWORD = 'canary-password that is wrong';
const ANSWER = 'Canaryanswer Lane';
const WRONG_ANSWER = 'Canarywrong Lane';

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const administrator = async () => (await asAdministrator(product, practice)).headers;

describe('the trail', () => {
  const issued: string[] = [];
  let seen = 0;
  let headers: { authorization: string };

  /** The events since the last look, oldest first. */
  const news = async (): Promise<string[]> => {
    const { body } = await product.http.get('/api/v1/audit-events?limit=200').set(headers).expect(200);
    const fresh = (body.items as { seq: number; action: string }[]).filter(({ seq }) => seq > seen);
    seen = Math.max(seen, ...fresh.map(({ seq }) => seq));
    return fresh.map(({ action }) => action).toReversed();
  };
  const tellsOf = async (...actions: string[]) =>
    expect((await news()).toSorted()).toEqual(actions.toSorted());

  it('holds exactly one event of the right name for each step from welcome to reset', async () => {
    headers = await administrator();
    expect((await news()).slice(0, 2)).toEqual(['practice.opened', 'user.created']);
    const { practiceId } = practice;
    const invited = await invite(product, practice);
    issued.push(invited.credential);
    await resetLogSettles();
    await tellsOf('session.created', 'user.created', 'delivery.accepted');

    const attempt = (password: string) =>
      product.http.post('/api/v1/sessions').send({ practiceId, username: invited.username, password });
    await attempt(WRONG_PASSWORD).expect(401);
    await tellsOf('session.refused');

    const restricted = await signIn(product, practiceId, invited.username, invited.credential);
    await tellsOf('session.created');
    await product.http
      .put('/api/v1/me/password')
      .set(restricted.headers)
      .send({
        currentPassword: invited.credential,
        newPassword: OWN,
        securityQuestionId: 'first-street',
        securityAnswer: ANSWER,
      })
      .expect(204);
    await nextMail(product.mailbox, invited.email, 'password-changed');
    await resetLogSettles();
    await tellsOf('password.changed', 'security-question.changed', 'delivery.accepted');

    await answerQuestion(product, { practiceId, username: invited.username, answer: WRONG_ANSWER });
    await tellsOf('security-answer.refused');
    await answerQuestion(product, { practiceId, username: invited.username, answer: ANSWER });
    const mail = await nextMail(product.mailbox, invited.email, 'temporary-credential');
    issued.push(credentialIn(mail));
    await resetIn(product, headers, invited.id, 'sent');
    await tellsOf('password-reset.requested', 'password-reset.sent');
    const reset = await signIn(product, practiceId, invited.username, credentialIn(mail));
    await tellsOf('session.created', 'password-reset.used');
    const notices = product.mailbox.messages({ to: invited.email, limit: 50 });
    await product.http
      .put('/api/v1/me/password')
      .set(reset.headers)
      .send({ currentPassword: credentialIn(mail), newPassword: LATER })
      .expect(204);
    await nextMail(product.mailbox, invited.email, 'password-changed', notices);
    await resetLogSettles();
    await tellsOf('password.changed', 'password-reset.completed', 'delivery.accepted');

    const patch = (body: object) =>
      product.http.patch(`/api/v1/users/${invited.id}`).set(headers).send(body).expect(200);
    await patch({ roles: ['auditor'] });
    await tellsOf('user.roles-changed');
    await patch({ displayName: 'Somebody Else' });
    await tellsOf('user.updated');
    await patch({ roles: ['auditor'], displayName: 'Somebody Else', status: 'active' });
    await tellsOf();
    await patch({ status: 'deactivated' });
    await tellsOf('user.deactivated');
    await patch({ status: 'active' });
    await tellsOf('user.activated');
    await product.http.delete(`/api/v1/users/${invited.id}/sessions`).set(headers).expect(204);
    await tellsOf('sessions.revoked');
    await product.http.patch('/api/v1/practice').set(headers).send({ name: 'Elm House' }).expect(200);
    await tellsOf('practice.updated');
    const other = await administrator();
    await product.http.delete('/api/v1/sessions/current').set(other).expect(204);
    await tellsOf('session.created', 'session.ended');
    await product.http
      .patch(`/api/v1/users/${invited.id}`)
      .set(headers)
      .send({ roles: ['x'] })
      .expect(422);
    await tellsOf();
  });

  it('keeps no password, answer, temporary password or session token anywhere in the database', async () => {
    await product.stopWorker();
    const member = await invited();
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
    const secrets = [
      OWN,
      LATER,
      WRONG_PASSWORD,
      PASSWORD,
      ANSWER,
      WRONG_ANSWER,
      headers.authorization.slice(7),
    ];
    const forms = [...secrets, ...issued].flatMap((secret) => {
      const bare = secret.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
      const bytes = [Buffer.from(secret), Buffer.from(bare)];
      return [
        secret.toLowerCase(),
        bare,
        ...bytes.flatMap((form) => [
          form.toString('hex'),
          form.toString('base64').slice(0, -4).toLowerCase(),
        ]),
      ];
    });
    expect(issued.length).toBeGreaterThanOrEqual(2);
    const tables = await product.database.query<{ name: string }>(
      `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`,
    );
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['public.audit_events', 'public.deliveries', 'public.outbox']),
    );
    expect(tables.some(({ name }) => name.startsWith('bullmq.'))).toBe(true);
    for (const { name } of tables) {
      const rows = await product.database.query<{ row: string }>(`select t::text as row from ${name} t`);
      const dump = rows.map(({ row }) => row.toLowerCase()).join('\n');
      const found = forms.filter((form) => dump.includes(form) || dump.includes(form.replaceAll(' ', '')));
      expect({ name, found }).toEqual({ name, found: [] });
    }
    await product.startWorker();
  });

  /** The mail is out before its delivery is written down: waits until nothing is left to be done. */
  async function resetLogSettles(): Promise<void> {
    await expect
      .poll(() => product.database.query('select 1 from outbox'), { timeout: 5_000, interval: 20 })
      .toEqual([]);
  }

  async function invited(): Promise<{ id: string }> {
    const { body } = await product.http.get('/api/v1/users?search=mara').set(headers).expect(200);
    return body.items[0];
  }
});

describe('verification', () => {
  let own: OpenedPractice;
  let practiceKey: string;
  const verify = async () => {
    const { headers } = own.administrator;
    const { body } = await product.http.get('/api/v1/audit-events/verification').set(headers).expect(200);
    return body;
  };
  const superuser = (sql: string) => product.database.query(sql.replaceAll('$practice', `'${practiceKey}'`));

  beforeAll(async () => {
    own = await openPractice(product);
    for (let visit = 0; visit < 5; visit += 1) await asAdministrator(product, own);
    const [row] = await product.database.query<{ practice_id: string }>(
      'select practice_id from users where id = $1',
      [own.administrator.userId],
    );
    practiceKey = row?.practice_id ?? '';
    await superuser('create table kept_events as select * from audit_events where practice_id = $practice');
    await superuser('create table kept_heads as select * from audit_heads where practice_id = $practice');
  });

  const last = '(select max(seq) from audit_events where practice_id = $practice)';
  it.each([
    ['an edited event', `update audit_events set body = replace(body, 'success', 'refused') where seq = 3`],
    ['an edited event that keeps its meaning', `update audit_events set body = body || ' ' where seq = 3`],
    [
      'an edited column that lists filter by',
      `update audit_events set action = 'user.created' where seq = 3`,
    ],
    [
      'an event that is to be found under somebody else',
      `update audit_events set concerned_id = 'mara' where seq = 3`,
    ],
    ['an edited hash', `update audit_events set hash = sha256(hash) where seq = 3`],
    ['an event taken out of the middle', 'delete from audit_events where seq = 3'],
    ['the first event taken away', 'delete from audit_events where seq = 1'],
    ['the last event taken away', `delete from audit_events where seq = ${last}`],
    ['everything taken away', 'delete from audit_events where true'],
    [
      'an event put in at the end',
      `insert into audit_events select practice_id, seq + 1, gen_random_uuid(), at, action, actor_id,
         target_id, outcome, body, hash from audit_events where seq = ${last}`,
    ],
    [
      'two events in each other’s place',
      `update audit_events e set body = o.body, hash = o.hash, action = o.action from audit_events o
       where o.practice_id = e.practice_id and o.seq = 7 - e.seq and e.seq in (3, 4)`,
    ],
  ])('finds %s', async (_what, tampering) => {
    expect(await verify()).toMatchObject({ intact: true });
    const scoped = tampering.replace(/where (?!o\.)/, 'where practice_id = $practice and ');
    await superuser(scoped.replace('where o.', 'where e.practice_id = $practice and o.'));
    expect(await verify()).toMatchObject({ intact: false });
    await superuser('delete from audit_events where practice_id = $practice');
    await superuser('insert into audit_events select * from kept_events');
    expect(await verify()).toMatchObject({ intact: true });
  });

  it('stays with its practice: the trail of another is as intact as before', async () => {
    await superuser('delete from audit_events where practice_id = $practice and seq = 2');
    const other = await openPractice(product);
    const { body } = await product.http
      .get('/api/v1/audit-events/verification')
      .set(other.administrator.headers)
      .expect(200);
    expect(body.intact).toBe(true);
    expect(await verify()).toMatchObject({ intact: false });
  });
});
