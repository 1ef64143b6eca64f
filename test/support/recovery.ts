import type { Response } from 'supertest';
import { vi } from 'vitest';
import { ANSWER } from './practice.js';
import type { Product } from './product.js';

export interface Answered {
  practiceId: string;
  username: string;
  answer?: string;
  deviceToken?: string;
}

/** The question asked for a name; fails loudly when there is none. */
export async function challenge(
  { http }: Product,
  practiceId: string,
  username: string,
): Promise<{ ticket: string; question: { id: string; text: string }; expiresAt: string }> {
  const { status, body } = await http
    .post('/api/v1/password-resets/challenges')
    .send({ practiceId, username });
  if (status !== 200) throw new Error(`No challenge: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** Asks for the question and answers it at once. */
export async function answerQuestion(product: Product, asked: Answered): Promise<Response> {
  const { practiceId, username, answer = ANSWER, deviceToken } = asked;
  const { ticket } = await challenge(product, practiceId, username);
  return product.http
    .post('/api/v1/password-resets')
    .set(deviceToken ? { 'x-latchkey-device': deviceToken } : {})
    .send({ ticket, answer });
}

/** The resets of a user, newest first, as an auditor reads them. */
export async function resetsOf(
  { http }: Product,
  headers: { authorization: string },
  userId: string,
): Promise<{ id: string; state: string; channel: string; expiresAt: string; deliveryIds: string[] }[]> {
  const { body } = await http
    .get('/api/v1/password-resets')
    .query({ userId, limit: 200 })
    .set(headers)
    .expect(200);
  return body.items;
}

/** Waits until the user's newest reset has reached a state, and returns it with its timeline. */
export function resetIn(
  product: Product,
  headers: { authorization: string },
  userId: string,
  state: string,
): Promise<{ id: string; state: string; expiresAt: string; timeline: { event: string }[] }> {
  return vi.waitFor(
    async () => {
      const [newest] = await resetsOf(product, headers, userId);
      if (newest?.state !== state) throw new Error(`The newest reset is ${newest?.state}, not ${state}`);
      const { body } = await product.http
        .get(`/api/v1/password-resets/${newest.id}`)
        .set(headers)
        .expect(200);
      return body;
    },
    { timeout: 5_000, interval: 25 },
  );
}

/** Waits until the worker has given a sign of life and mail runs as usual. */
export function mailRuns({ http }: Product): Promise<unknown> {
  return vi.waitFor(
    async () => {
      const { body } = await http.get('/health/ready');
      if (body.mail?.state !== 'ok') throw new Error(`Mail is ${JSON.stringify(body)}`);
    },
    { timeout: 10_000, interval: 50 },
  );
}
