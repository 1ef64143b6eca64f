import type { Call } from './load.js';
import { type ResetCall, seed } from './target.js';

export interface SeededPractice {
  practiceId: string;
  administrator: string;
  auditor: string;
  users: string[];
}
interface UserPage {
  items: { id: string; username: string; email: string }[];
  nextCursor: string | null;
}

export function signInCall(practiceId: string, username: string, password: string = seed.password): Call {
  const body = { practiceId, username, password, transport: 'bearer' };
  return { path: '/api/v1/sessions', headers: {}, body: JSON.stringify(body) };
}

/** What is asked of the product besides the load that is measured. */
export class ProductApi {
  constructor(private readonly baseUrl: string) {}

  /** A reset of everybody but the administrator who asks for it. */
  async resetCallsOf(practice: SeededPractice): Promise<ResetCall[]> {
    const headers = await this.headersOf(practice);
    const calls: ResetCall[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
      const page: UserPage = await this.json('GET', `/api/v1/users?limit=200${query}`, headers);
      for (const user of page.items) {
        if (user.username === practice.administrator) continue;
        const path = `/api/v1/users/${user.id}/password-reset`;
        calls.push({ path, headers, body: '{}', address: user.email });
      }
      cursor = page.nextCursor;
    }
    return calls;
  }

  /** Of a session of the practice's administrator. */
  async headersOf(practice: SeededPractice): Promise<Record<string, string>> {
    const call = signInCall(practice.practiceId, practice.administrator);
    const { token } = await this.json<{ token: string }>('POST', call.path, call.headers, call.body);
    return { authorization: `Bearer ${token}` };
  }

  /** @throws Error when it is refused */
  async json<Answer>(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Answer> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      body: body ?? null,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as Answer;
  }
}
