import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fileOf, imported, lineFor, upload } from '../support/imports.js';
import { asAdministrator, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink.js';

const IMPORTED = 3_000;
/** A worker's window at its widest: so much may have been claimed before anything that is posted now. */
const WINDOW = 256;

let product: Product;
let sink: SmtpSink;
let many: OpenedPractice;
let other: OpenedPractice;
let member: Member;
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  many = await openPractice(product);
  other = await openPractice(product);
  member = await join(product, other);
  sink = await openSmtpSink();
  sink.answer = async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return undefined;
  };
  await product.stopWorker();
  await product.startWorker({ SMTP_URL: sink.url });
}, 60_000);
afterAll(async () => {
  await product.stop();
  await sink.stop();
});

it('an import of thousands under way lets another practice’s single reset out before what it has not claimed', async () => {
  const { headers } = await asAdministrator(product, many);
  const lines = Array.from({ length: IMPORTED }, (_, nth) => lineFor(`imported${nth}`));
  const { body } = await upload(product, headers, fileOf(...lines));
  const welcomes = () => sink.taken.filter(({ to }) => to.endsWith('@import.example')).length;
  await vi.waitFor(() => expect(welcomes()).toBeGreaterThan(50), { timeout: 60_000, interval: 20 });
  const { headers: theirs } = await asAdministrator(product, other);
  await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(theirs).expect(202);
  // Places in what the server took, not seconds: the machine may be slow.
  const ahead = sink.taken.length;
  await sink.nth(member.email, 'temporary-credential', 1, 60);
  const place = sink.taken.findIndex(({ to }) => to === member.email);
  expect(place - ahead, 'welcomes in front of it').toBeLessThan(2 * WINDOW);
  expect(welcomes(), 'the import was under way').toBeLessThan(IMPORTED);
  expect(await imported(product, headers, body.id, 90)).toMatchObject({ created: IMPORTED, failed: 0 });
}, 180_000);
