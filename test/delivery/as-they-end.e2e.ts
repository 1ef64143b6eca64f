import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Relay } from '#delivery';
import { DeliveryProcessor } from '../../libs/delivery/delivery-processor.js';
import { asAdministrator, crowd } from '../support/people.js';
import { type OpenedPractice, openPractice, tenantOf } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink.js';

let product: Product;
let practice: OpenedPractice;
let sink: SmtpSink;
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  practice = await openPractice(product);
  sink = await openSmtpSink();
  await product.stopWorker();
  await product.startWorker({ SMTP_URL: sink.url });
  // What is delivered here is what the test says.
  await product.worker?.get(Relay).stop();
});
afterAll(async () => {
  await product.stop();
  await sink.stop();
});

it('mails that were sent are marked soon, while one of the same job hangs', async () => {
  const people = await crowd(product, practice.administrator.userId, 'near', 3);
  const { headers } = await asAdministrator(product, practice);
  for (const { id } of people)
    await product.http.post(`/api/v1/users/${id}/password-reset`).set(headers).expect(202);
  const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>();
  sink.answer = ({ to }) => (to === people[0]?.email ? held : undefined);

  const practiceId = await tenantOf(product, practice.administrator.userId);
  const waiting = await product.database.query<{ id: string }>('select delivery_id as id from outbox');
  const references = waiting.map(({ id }) => ({ practiceId, deliveryId: id }));
  expect(references).toHaveLength(3);
  const delivering = product.worker?.get(DeliveryProcessor).deliver(references);
  const states = async () => {
    const sql = `select recipient, state from deliveries where recipient like 'near%' order by recipient`;
    return (await product.database.query<{ state: string }>(sql)).map(({ state }) => state);
  };
  await vi.waitFor(async () => expect(await states()).toEqual(['sending', 'accepted', 'accepted']), 20_000);
  letGo(undefined);
  await delivering;
  expect(await states()).toEqual(['accepted', 'accepted', 'accepted']);
  expect(sink.taken).toHaveLength(3);
}, 60_000);
