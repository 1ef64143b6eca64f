import type { Response } from 'supertest';
import { expect } from 'vitest';
import type { Product } from '../support/product.js';

/** Somebody who is signed in. */
export interface Somebody {
  userId: string;
  token: string;
}

/** What the trail says: action, who, whom, outcome; how often; the event itself. */
interface Happening {
  name: string;
  count: number;
  event: Record<string, unknown>;
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Steps through the API, each with the events that it must leave behind. */
export class Script {
  readonly expected: string[] = [];
  practiceId = '';
  steps = 0;

  constructor(private readonly product: Product) {}

  readonly step = async <T>(events: readonly string[], act: () => Promise<T>): Promise<T> => {
    this.steps += 1;
    this.expected.push(...events);
    return act();
  };

  readonly send = async (
    method: Method,
    path: string,
    status: number,
    body?: object,
    token?: string,
  ): Promise<Response> => {
    const request = this.product.http[method](`/api/v1${path}`);
    if (token) void request.set('authorization', `Bearer ${token}`);
    const response = await (body ? request.send(body) : request);
    expect({ path, status: response.status, body: response.text }).toMatchObject({ path, status });
    return response;
  };

  readonly as = (
    { token }: Somebody,
    method: Method,
    path: string,
    status: number,
    body?: object,
  ): Promise<Response> => this.send(method, path, status, body, token);

  async signIn(username: string, password: string, status = 201): Promise<Somebody> {
    const { practiceId } = this;
    const { body } = await this.send('post', '/sessions', status, {
      practiceId,
      username,
      password,
      transport: 'bearer',
    });
    return { userId: body.user?.id ?? '', token: body.token ?? '' };
  }

  async challenge(username: string): Promise<string> {
    const { practiceId } = this;
    return (await this.send('post', '/password-resets/challenges', 200, { practiceId, username })).body
      .ticket;
  }

  /** Until a statement finds a row: answers are carried out after they were taken. */
  async holds(sql: string): Promise<void> {
    await expect
      .poll(() => this.product.database.query(sql), { timeout: 15_000, interval: 50 })
      .not.toEqual([]);
  }

  /** Until every mail has gone out and is written down. */
  async settled(): Promise<void> {
    await expect
      .poll(() => this.product.database.query('select 1 from outbox'), { timeout: 15_000, interval: 50 })
      .toEqual([]);
  }

  async happened(reader: Somebody, query: Record<string, string> = {}): Promise<Happening[]> {
    await this.settled();
    const text = new URLSearchParams({ limit: '200', ...query }).toString();
    const users = (await this.as(reader, 'get', '/users?limit=200', 200)).body.items as {
      id: string;
      username: string;
    }[];
    const names = new Map(users.map(({ id, username }) => [id, username]));
    const { body } = await this.as(reader, 'get', `/audit-events?${text}`, 200);
    return (body.items as Record<string, unknown>[]).map((event) => {
      const { count = 1 } = event['changes'] as { count?: number };
      const [who, whom] = [actorOf(event, names), targetOf(event, names)];
      const name = `${String(event['action'])} by ${who} on ${whom} ${String(event['outcome'])}`;
      return { name, count, event };
    });
  }
}

type Names = ReadonlyMap<string, string>;

function actorOf(event: Record<string, unknown>, names: Names): string {
  const { type, id } = event['actor'] as { type: string; id: string | null };
  return type === 'user' ? (names.get(id ?? '') ?? `unknown ${id}`) : type;
}

/** A user by their name; anything else by what it is, and whose it is. */
function targetOf(event: Record<string, unknown>, names: Names): string {
  const target = event['target'] as { type: string; id: string } | null;
  if (!target) return 'nobody';
  if (target.type === 'user') return names.get(target.id) ?? `unknown ${target.id}`;
  const { userId } = event['changes'] as { userId?: string };
  return userId === undefined ? target.type : `${target.type} of ${names.get(userId)}`;
}

/** Who, whom, when, whence, with what outcome: only the product itself has no address and no request. */
export function complete(event: Record<string, unknown>): object {
  const { type } = event['actor'] as { type: string };
  const outside = type !== 'system';
  const told =
    event['action'] === 'session.refused'
      ? expect.toSatisfy(() => true)
      : expect.objectContaining({ id: expect.any(String) });
  return expect.objectContaining({
    id: expect.any(String),
    at: expect.stringMatching(/Z$/),
    target: told,
    actor: { type, id: type === 'user' ? expect.any(String) : null },
    sourceAddress: outside ? '127.0.0.1' : null,
    requestId: outside ? expect.any(String) : null,
  });
}

/** Each happening with how often it was, in order. */
export function counted(happenings: readonly (string | Happening)[]): string[] {
  const sums = new Map<string, number>();
  for (const happening of happenings) {
    const { name, count } = typeof happening === 'string' ? { name: happening, count: 1 } : happening;
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return [...sums].map(([name, sum]) => `${sum} × ${name}`).sort();
}
