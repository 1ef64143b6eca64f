import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ThrottledRefusals } from '../../libs/audit/index.js';
import { asAdministrator, join } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';

const WRONG = 'not the right password';
const FREE = 10;

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const attempt = (username: string) =>
  product.http
    .post('/api/v1/sessions')
    .send({ practiceId: practice.practiceId, username, password: WRONG, transport: 'bearer' });

describe('the trail of guesses', () => {
  interface Refused {
    target: { id: string } | null;
    actor: { id: string | null };
    changes: { count: number; reason?: string };
  }
  /** How often it says that somebody was refused: looked at, and not looked at any more. */
  const told = async (action: string, userId: string | null): Promise<[number, number]> => {
    await product.app.get(ThrottledRefusals).write();
    const { headers } = await asAdministrator(product, practice);
    const { body } = await product.http
      .get('/api/v1/audit-events')
      .query({ action, limit: 200 })
      .set(headers)
      .expect(200);
    const events = (body.items as Refused[]).filter(({ target }) => (target?.id ?? null) === userId);
    const sum = (throttled: boolean) =>
      events
        .filter(({ changes }) => (changes.reason === 'throttled') === throttled)
        .reduce((total, { changes }) => total + changes.count, 0);
    return [sum(false), sum(true)];
  };
  /** Added up before and after: other tests guess as well. */
  const added = async (action: string, userId: string | null, guesses: () => Promise<void>) => {
    const before = await told(action, userId);
    await guesses();
    const after = await told(action, userId);
    return [after[0] - before[0], after[1] - before[1]];
  };

  it('counts the guesses that were not looked at too, of a name and of one that nobody has', async () => {
    const { username, id } = await join(product, practice);
    const guessing = (name: string) => async () => {
      for (let guess = 0; guess < FREE + 7; guess += 1) await attempt(name);
    };
    expect(await added('session.refused', id, guessing(username))).toEqual([FREE, 7]);
    expect(await added('session.refused', null, guessing('nobody-has-this'))).toEqual([FREE, 7]);
  });

  it('counts those in somebody’s session too, and says whose it was', async () => {
    const member = await join(product, practice);
    const guesses = async () => {
      for (let guess = 0; guess < FREE + 3; guess += 1) {
        await product.http
          .post('/api/v1/sessions/current/reauthentication')
          .set(member.session.headers)
          .send({ password: WRONG });
      }
    };
    expect(await added('password.refused', member.id, guesses)).toEqual([FREE, 3]);
  });
});
