import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChoosyMailServer, openChoosyMailServer } from '../support/choosy-mail-server.js';
import { nextMail } from '../support/mail.js';
import { asAdministrator, join } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, resetIn } from '../support/recovery.js';

let server: ChoosyMailServer;
let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  server = await openChoosyMailServer();
  product = await startProduct({ env: { SMTP_URL: server.url } });
  server.target = product.mailbox.url;
  practice = await openPractice(product);
});
afterAll(async () => {
  await product.stop();
  await server.stop();
});

interface Event {
  target: { type: string; id: string } | null;
  outcome: string;
  changes: Record<string, unknown>;
}
const administrator = async () => (await asAdministrator(product, practice)).headers;
/** What the trail says of an action, newest first. */
const told = async (action: string): Promise<Event[]> => {
  const headers = await administrator();
  const { body } = await product.http.get('/api/v1/audit-events').query({ action }).set(headers).expect(200);
  return body.items;
};
const reset = async (userId: string) =>
  product.http.post(`/api/v1/users/${userId}/password-reset`).set(await administrator());

describe('what seldom happens is in the trail', () => {
  it('a temporary password that ran out', async () => {
    const member = await join(product, practice);
    await reset(member.id);
    await resetIn(product, await administrator(), member.id, 'sent');
    await product.advance(25 * 3_600);
    const { id } = await resetIn(product, await administrator(), member.id, 'expired');
    expect(await told('password-reset.expired')).toMatchObject([{ target: { type: 'password-reset', id } }]);
  });

  it('a right answer that sends nothing, since the mailbox has had its share', async () => {
    const member = await join(product, practice);
    // One mail after the other: a reset that takes the place of an unsent one uses up nothing.
    while ((await reset(member.id)).status === 202) {
      await resetIn(product, await administrator(), member.id, 'sent');
    }
    await nextMail(product.mailbox, member.email, 'temporary-credential');
    await product.advance(6 * 60);
    await answerQuestion(product, { ...practice, username: member.username });
    await expect
      .poll(() => told('password-reset.withheld'), { timeout: 20_000 })
      .toMatchObject([{ outcome: 'refused', changes: { userId: member.id, reason: 'mailbox-full' } }]);
  });

  it('answers that were wrong, and those that nobody looked at any more, apart', async () => {
    const member = await join(product, practice);
    for (let times = 0; times < 7; times += 1) {
      await answerQuestion(product, { ...practice, username: member.username, answer: `Oak ${times}` });
    }
    const counted = async () => {
      const sums: Record<string, number> = {};
      for (const { target, changes } of await told('security-answer.refused')) {
        if (target?.id !== member.id) continue;
        const reason = String(changes['reason']);
        sums[reason] = (sums[reason] ?? 0) + Number(changes['count']);
      }
      return sums;
    };
    await expect.poll(counted, { timeout: 20_000 }).toEqual({ 'wrong-answer': 5, 'too-many-attempts': 2 });
  });

  it('a reset, and a welcome, that no mail server would take', async () => {
    const member = await join(product, practice);
    server.refusals.set(member.email, '550 5.1.1 no such mailbox');
    await reset(member.id);
    const { id } = await resetIn(product, await administrator(), member.id, 'failed');
    expect(await told('password-reset.failed')).toMatchObject([
      { target: { type: 'password-reset', id }, outcome: 'failed' },
    ]);
    const nell = { username: 'nell', displayName: 'Nell', email: 'nell@gone.example', roles: ['staff'] };
    server.refusals.set(nell.email, '550 5.1.1 no such mailbox');
    const headers = await administrator();
    const { body } = await product.http.post('/api/v1/users').set(headers).send(nell).expect(201);
    await expect
      .poll(() => told('delivery.failed'), { timeout: 20_000 })
      .toMatchObject([{ outcome: 'failed', changes: { template: 'member-welcome', userId: body.id } }]);
  });
});
