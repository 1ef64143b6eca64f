import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineAfter } from '../../support/mail.js';
import { PASSWORD, signIn } from '../../support/practice.js';
import { type Product, startProduct } from '../../support/product.js';
import { resetIn } from '../../support/recovery.js';
import { openSmtpSink, type SmtpSink } from '../../support/smtp-sink.js';

const EVIL = 'evil@y.test';

let product: Product;
let sink: SmtpSink;
beforeAll(async () => {
  sink = await openSmtpSink();
  product = await startProduct({ env: { SMTP_URL: sink.url } });
});
afterAll(async () => {
  await product.stop();
  await sink.stop();
});

async function openPractice(): Promise<string> {
  const email = 'ada@ash.example';
  const administrator = { username: 'ada', displayName: 'Ada', email, password: PASSWORD };
  await product.http.post('/api/v1/practices').send({ name: 'Ash Dental', administrator }).expect(202);
  return lineAfter(await sink.nth(email, 'practice-welcome'), 'Practice ID:');
}

describe('nodemailer parses recipients again: mail goes in an envelope of exactly the stored address', () => {
  it('and an address planted in the table reaches no mail server: the delivery fails and is told', async () => {
    const practiceId = await openPractice();
    const { headers } = await signIn(product, practiceId, 'ada', PASSWORD);
    const person = { username: 'bo', displayName: 'Bo', email: 'bo@ash.example', roles: ['staff'] };
    const { body: bo } = await product.http.post('/api/v1/users').set(headers).send(person).expect(201);
    await sink.nth(person.email, 'member-welcome');
    const planted = [
      `${person.email}\r\nBcc: ${EVIL}`,
      `${person.email}, ${EVIL}`,
      `"${person.email}" <${EVIL}>`,
    ];
    for (const [index, email] of planted.entries()) {
      await product.advance(3_600);
      await product.database.query('update users set email = $1 where id = $2', [email, bo.id]);
      const own = await signIn(product, practiceId, 'ada', PASSWORD);
      await product.http.post(`/api/v1/users/${bo.id}/password-reset`).set(own.headers).expect(202);
      await resetIn(product, own.headers, bo.id, 'failed');
      await sink.nth('ada@ash.example', 'delivery-failed', index + 1);
    }
    expect(sink.taken.filter(({ raw, to }) => `${to}${raw}`.includes(EVIL))).toEqual([]);
    expect(sink.taken.filter(({ template }) => template === 'temporary-credential')).toEqual([]);
  });
});
