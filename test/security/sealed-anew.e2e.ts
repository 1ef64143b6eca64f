import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyRing } from '#secrets';
import { credentialIn, nextMail } from '../support/mail.js';
import { join, type Member } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, signIn } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, resetIn } from '../support/recovery.js';

const [k1, k2] = ['k1', 'k2'].map((id) => KeyRing.generate().replace('k1', id)) as [string, string];

let product: Product;
let practice: OpenedPractice;
const members: Member[] = [];
/** The product as it is after a restart. Passport knows one strategy a process: whatever is opened last signs people in. */
let api: NestFastifyApplication | undefined;
let now: Product;
beforeAll(async () => {
  product = await startProduct({ env: { LATCHKEY_KEYS: k1, RATE_LIMIT_FACTOR: '1000' } });
  practice = await openPractice(product);
  for (const _ of Array(4)) members.push(await join(product, practice));
  await restartWith(`${k2},${k1}`);
});
afterAll(async () => {
  await api?.close();
  await product.stop();
});

async function restartWith(keys: string): Promise<void> {
  await api?.close();
  await product.stopWorker();
  await product.startWorker({ LATCHKEY_KEYS: keys });
  api = await product.openApi({ LATCHKEY_KEYS: keys });
  now = { ...product, app: api, http: supertest(api.getHttpServer()) };
}

const member = () => members.pop() as Member;
const sealed = async ({ id }: Member) => {
  const [row] = await product.database.query<{ password: string; answer: string }>(
    `select p.sealed as password, a.sealed as answer from passwords p join security_answers a
       on a.practice_id = p.practice_id and a.user_id = p.user_id where p.user_id = $1`,
    [id],
  );
  return row;
};
const under = (root: string) => ({
  password: expect.stringMatching(new RegExp(`^${root}\\.`)),
  answer: expect.stringMatching(new RegExp(`^${root}\\.`)),
});
const trySignIn = ({ username }: Member, password = NEW_PASSWORD) =>
  now.http.post('/api/v1/sessions').send({ practiceId: practice.practiceId, username, password });
const answer = ({ username }: Member) =>
  answerQuestion(now, { practiceId: practice.practiceId, username }).then(({ status }) => status);
const isMailed = ({ id }: Member) => resetIn(now, practice.administrator.headers, id, 'sent');

describe('after a rotation, password and answer', () => {
  it('may be sealed anew while others are being checked: those were right as well', async () => {
    const [one, other] = [member(), member()];
    const signIns = (who: Member) =>
      Array.from({ length: 2 }, () => trySignIn(who).then(({ status }) => status));
    const answers = await Promise.all([...signIns(one), answer(one)]);
    expect(answers).toEqual([201, 201, 202]);
    await isMailed(one);

    const change = { currentPassword: NEW_PASSWORD, newPassword: 'another river under stars' };
    const [, changed] = await Promise.all([
      Promise.all(signIns(other)),
      now.http.put('/api/v1/me/password').set(other.session.headers).send(change),
    ]);
    expect(changed.status).toBe(204);
  });

  it('set by a temporary password leave nothing behind under the old root', async () => {
    const somebody = member();
    expect(await answer(somebody)).toBe(202);
    expect(await sealed(somebody)).toEqual(under('k1'));
    const credential = credentialIn(await nextMail(product.mailbox, somebody.email, 'temporary-credential'));
    const { headers } = await signIn(now, practice.practiceId, somebody.username, credential);
    const body = { currentPassword: credential, newPassword: 'yet another river' };
    await now.http.put('/api/v1/me/password').set(headers).send(body).expect(204);
    expect(await sealed(somebody)).toEqual(under('k2'));
  });

  it('are sealed anew by a right password alone, once, and then need the old root no more', async () => {
    const somebody = member();
    const before = await sealed(somebody);
    await trySignIn(somebody, 'a noisy river').expect(401);
    expect(await sealed(somebody)).toEqual(before);

    await trySignIn(somebody).expect(201);
    const after = await sealed(somebody);
    expect(after).toEqual(under('k2'));
    await trySignIn(somebody).expect(201);
    expect(await sealed(somebody)).toEqual(after);

    await restartWith(k2);
    await trySignIn(somebody).expect(201);
    expect(await answer(somebody)).toBe(202);
    await isMailed(somebody);
  });
});
