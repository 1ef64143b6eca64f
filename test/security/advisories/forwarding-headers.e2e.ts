import { afterAll, describe, expect, it } from 'vitest';
import { asAdministrator } from '../../support/people.js';
import { openPractice, PASSWORD } from '../../support/practice.js';
import { type Product, startProduct } from '../../support/product.js';

const LOOPBACK = /^(?:::ffff:)?127\.0\.0\.1$|^::1$/;

let product: Product | undefined;
afterAll(() => product?.stop());

/** The address that the audit trail keeps of a sign-in that says it was forwarded. */
async function addressOf(
  trusted: string | undefined,
  forwarding: Record<string, string>[],
): Promise<string[]> {
  await product?.stop();
  product = await startProduct({ env: trusted === undefined ? {} : { TRUSTED_PROXIES: trusted } });
  const practice = await openPractice(product);
  const { practiceId } = practice;
  const ids: string[] = [];
  for (const headers of forwarding) {
    const { body } = await product.http
      .post('/api/v1/sessions')
      .set(headers)
      .send({ practiceId, username: 'ada', password: PASSWORD, transport: 'bearer' })
      .expect(201);
    const own = { authorization: `Bearer ${body.token}` };
    const list = await product.http.get('/api/v1/sessions').set(own).expect(200);
    ids.push(list.body.items.find(({ current }: { current: boolean }) => current).id);
  }
  const { headers } = await asAdministrator(product, practice);
  const { body } = await product.http
    .get('/api/v1/audit-events')
    .query({ action: 'session.created', limit: 200 })
    .set(headers)
    .expect(200);
  const events: { target: { id: string }; sourceAddress: string }[] = body.items;
  return ids.map((id) => events.find(({ target }) => target.id === id)?.sourceAddress ?? '');
}

describe('authentik CVE-2024-47070, @fastify/proxy-addr CVE-2026-92395: an address counts as forwarded only by the proxies that were named', () => {
  it('counts for nothing where no proxy is named', async () => {
    const addresses = await addressOf(undefined, [
      { 'x-forwarded-for': '203.0.113.9' },
      { 'x-forwarded-for': '127.0.0.1, 203.0.113.9' },
      { forwarded: 'for=203.0.113.9' },
      { 'x-real-ip': '203.0.113.9' },
      { 'client-ip': '203.0.113.9' },
      { 'x-client-ip': '203.0.113.9' },
      { 'cf-connecting-ip': '203.0.113.9' },
      { 'true-client-ip': '203.0.113.9' },
    ]);
    for (const address of addresses) expect(address).toMatch(LOOPBACK);
  });

  it('counts for nothing from somebody who is not the named proxy', async () => {
    const forged = [{ 'x-forwarded-for': '203.0.113.9' }, { 'x-forwarded-for': '10.1.2.3, 10.1.2.4' }];
    for (const address of await addressOf('10.0.0.0/8,fd00::/8', forged)) expect(address).toMatch(LOOPBACK);
  });

  it('is the last one that a named proxy has not written itself, whatever the client put before it', async () => {
    const addresses = await addressOf('127.0.0.1/32,10.0.0.0/8', [
      { 'x-forwarded-for': '203.0.113.9' },
      { 'x-forwarded-for': '127.0.0.1, 203.0.113.9' },
      { 'x-forwarded-for': '10.0.0.7, 203.0.113.9, 10.0.0.8' },
      { 'x-forwarded-for': '198.51.100.1, 203.0.113.9, ::ffff:10.0.0.8' },
    ]);
    expect(addresses).toEqual(['203.0.113.9', '203.0.113.9', '203.0.113.9', '203.0.113.9']);
  });
});
