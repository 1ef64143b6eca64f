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

/** Three people who are reset, and their mails as the relay hands them on. */
async function resetThree(prefix: string) {
  const people = await crowd(product, practice.administrator.userId, prefix, 3);
  const { headers } = await asAdministrator(product, practice);
  for (const { id } of people)
    await product.http.post(`/api/v1/users/${id}/password-reset`).set(headers).expect(202);
  const practiceId = await tenantOf(product, practice.administrator.userId);
  const waiting = await product.database.query<{ id: string }>('select delivery_id as id from outbox');
  const references = waiting.map(({ id }) => ({ practiceId, deliveryId: id }));
  expect(references).toHaveLength(3);
  return { people, references };
}

async function states(prefix: string): Promise<string[]> {
  const rows = await product.database.query<{ state: string }>(
    'select state from deliveries where recipient like $1 order by recipient',
    [`${prefix}%`],
  );
  return rows.map(({ state }) => state);
}

it('mails that were sent are marked soon, while one of the same job hangs', async () => {
  const { people, references } = await resetThree('near');
  const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>();
  sink.answer = ({ to }) => (to === people[0]?.email ? held : undefined);
  const delivering = product.worker?.get(DeliveryProcessor).deliver(references);
  await vi.waitFor(
    async () => expect(await states('near')).toEqual(['sending', 'accepted', 'accepted']),
    20_000,
  );
  letGo(undefined);
  await delivering;
  expect(await states('near')).toEqual(['accepted', 'accepted', 'accepted']);
  expect(sink.taken).toHaveLength(3);
}, 60_000);

it('a mail whose outcome cannot be written down does not have the others of its job sent again', async () => {
  sink.answer = () => undefined;
  const { people, references } = await resetThree('torn');
  await product.database.query(`
    create function refuse_attempt() returns trigger language plpgsql as $$ begin
      if exists (select from deliveries where id = new.delivery_id and recipient = '${people[0]?.email}')
        then raise 'a bad row'; end if;
      return new;
    end $$`);
  await product.database.query(
    'create trigger refuse_attempt before insert on delivery_attempts for each row execute function refuse_attempt()',
  );
  await expect(product.worker?.get(DeliveryProcessor).deliver(references)).rejects.toThrow('a bad row');
  expect(await states('torn')).toEqual(['sending', 'accepted', 'accepted']);
  expect(await product.database.query('select from outbox')).toHaveLength(1);
}, 60_000);
