import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailsTo } from '../../support/mail.js';
import { asAdministrator, join, type Member } from '../../support/people.js';
import { ANSWER, type OpenedPractice, openPractice } from '../../support/practice.js';
import { type Product, startProduct } from '../../support/product.js';
import { challenge } from '../../support/recovery.js';

const WRONG = 'some other answer';

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  // The limits of requests are another wall; here it is the one behind it that must hold.
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const ticketsFor = ({ username }: Member, count: number) =>
  Promise.all(
    Array.from(
      { length: count },
      async () => (await challenge(product, practice.practiceId, username)).ticket,
    ),
  );
const answer = (ticket: string | undefined, given: string, headers: Record<string, string> = {}) =>
  product.http.post('/api/v1/password-resets').set(headers).send({ ticket, answer: given });
const mailed = ({ email }: Member) => mailsTo(product, email, 'temporary-credential');
const lookedAt = async () =>
  (await product.database.query('select from answer_attempts where looked_at')).length;

describe('Keycloak CVE-2024-4629, Wazuh CVE-2026-93346, Keycloak CVE-2026-9798: guesses are counted before they are looked at, whoever’s client they come from', () => {
  it('looks at five of many that arrive at the same moment', async () => {
    const member = await join(product, practice);
    const before = await lookedAt();
    const tickets = await ticketsFor(member, 13);
    const last = tickets.pop();
    const answers = await Promise.all(tickets.map((ticket, index) => answer(ticket, `${WRONG} ${index}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect((await lookedAt()) - before).toBe(5);
    expect((await answer(last, ANSWER)).status).toBe(202);
    expect(await mailed(member)).toEqual([]);
  });

  const CLIENTS: Record<string, string>[] = [
    { 'user-agent': 'another browser' },
    { 'x-forwarded-for': '203.0.113.7' },
    { forwarded: 'for=203.0.113.8' },
    { 'x-latchkey-device': 'made-up-device' },
    { cookie: 'latchkey-device=made-up-device' },
    { 'x-latchkey-background': '1' },
    { authorization: 'Bearer made-up' },
  ];

  it('counts all strangers as one, whatever they say they are', async () => {
    const member = await join(product, practice);
    const before = await lookedAt();
    for (const client of CLIENTS) {
      const [ticket] = await ticketsFor(member, 1);
      expect((await answer(ticket, WRONG, client)).status).toBe(202);
    }
    expect((await lookedAt()) - before).toBe(5);
    for (const client of CLIENTS) {
      const [ticket] = await ticketsFor(member, 1);
      await answer(ticket, ANSWER, client);
    }
    expect(await mailed(member)).toEqual([]);
  });

  it('counts a name once, however it is written', async () => {
    const member = await join(product, practice);
    const before = await lookedAt();
    const { username } = member;
    const spellings = [
      username,
      username.toUpperCase(),
      username.replace('mara', 'Mara'),
      username,
      username,
      username,
    ];
    for (const spelling of spellings) {
      const { ticket } = await challenge(product, practice.practiceId.toLowerCase(), spelling);
      await answer(ticket, WRONG);
    }
    expect((await lookedAt()) - before).toBe(5);
  });
});

describe('argon2id is the cheapest way to overload a server: a flood of sign-ins is shed, not queued', () => {
  it('answers every one soon, and most of them with 503 and when to come again', async () => {
    const from = performance.now();
    const flood = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        product.http
          .post('/api/v1/sessions')
          .send({ practiceId: practice.practiceId, username: `stranger${index}`, password: WRONG }),
      ),
    );
    expect(performance.now() - from).toBeLessThan(20_000);
    const statuses = new Map<number, number>();
    for (const { status, headers } of flood) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 503) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    expect([...statuses.keys()].every((status) => [401, 429, 503].includes(status))).toBe(true);
    expect((statuses.get(503) ?? 0) + (statuses.get(429) ?? 0)).toBeGreaterThan(100);
    // Over at once: whoever comes next is served.
    await asAdministrator(product, practice);
  });
});
