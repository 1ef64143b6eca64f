import { Client } from 'pg';
import { vi } from 'vitest';

/** What the processes under test ask the database while something runs: the statements of each transaction. */
export async function transactionsOf(work: () => PromiseLike<unknown>): Promise<string[][]> {
  const asked = vi.spyOn(Client.prototype, 'query');
  try {
    await work();
    const open = new Map<unknown, string[]>();
    const ended: string[][] = [];
    for (const [index, call] of (asked.mock.calls as unknown[][]).entries()) {
      const client = asked.mock.contexts[index];
      const [query] = call;
      const text = typeof query === 'string' ? query : (query as { text: string }).text;
      if (text.startsWith('begin')) open.set(client, []);
      open.get(client)?.push(text);
      if (text.startsWith('commit')) ended.push(open.get(client) ?? []);
    }
    return ended;
  } finally {
    asked.mockRestore();
  }
}
