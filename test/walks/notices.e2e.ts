import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Upkeep } from '../../apps/worker/upkeep.js';
import { nextMail } from '../support/mail.js';
import { join } from '../support/people.js';
import { openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { answerQuestion, resetIn } from '../support/recovery.js';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

describe('a wrong answer to the security question', () => {
  it('is told to the owner, once a day at most', async () => {
    const { practiceId, administrator } = await openPractice(product);
    for (let guess = 0; guess < 2; guess += 1) {
      await answerQuestion(product, { practiceId, username: 'ada', answer: 'surely not this one' });
      await resetIn(product, administrator.headers, administrator.userId, 'refused');
      await product.worker?.get(Upkeep).run();
    }
    const mail = await nextMail(product.mailbox, administrator.email, 'reset-attempted');
    expect(mail.text).toContain('Elm Dental');
    const all = product.mailbox.messages({ to: administrator.email, limit: 50 });
    expect(all.filter(({ headers }) => headers['x-latchkey-template'] === 'reset-attempted')).toHaveLength(1);
  });

  it('is not told to whoever was refused for something else; the log says what for', async () => {
    const practice = await openPractice(product);
    const { practiceId, administrator } = practice;
    const gone = await join(product, practice);
    const deactivated = { status: 'deactivated' };
    await product.http
      .patch(`/api/v1/users/${gone.id}`)
      .set(administrator.headers)
      .send(deactivated)
      .expect(200);
    const full = await join(product, practice);
    await product.database.query(
      `insert into deliveries (practice_id, id, template, user_id, credential_id, recipient, locale, time_zone, facts,
         deadline_at, state, created_at)
       select practice_id, gen_random_uuid(), 'temporary-credential', user_id, credential_id, recipient, locale, time_zone,
         '{"askedBy":{"kind":"self_service"}}', deadline_at, 'accepted', now() from deliveries, generate_series(1, 6) where user_id = $1 and template = 'member-welcome'`,
      [full.id],
    );
    for (const [{ id, username, email }, reason] of [
      [gone, 'deactivated'],
      [full, 'mailbox-full'],
    ] as const) {
      await answerQuestion(product, { practiceId, username });
      expect(await resetIn(product, administrator.headers, id, 'refused')).toMatchObject({
        refusedFor: reason,
      });
      await product.worker?.get(Upkeep).run();
      const mails = product.mailbox.messages({ to: email, limit: 50 });
      expect(mails.map(({ headers }) => headers['x-latchkey-template'])).not.toContain('reset-attempted');
    }
  });
});
