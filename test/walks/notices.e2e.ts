import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Upkeep } from '../../apps/worker/upkeep.js';
import { nextMail } from '../support/mail.js';
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
});
