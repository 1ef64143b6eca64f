import type { Response } from 'supertest';
import { vi } from 'vitest';
import type { Product } from './product.js';

export const HEADER = 'username,displayName,email,roles';

export interface Import {
  id: string;
  state: string;
  dryRun: boolean;
  total: number;
  done: number;
  created: number;
  skipped: number;
  failed: number;
  rows: { line: number; username: string; outcome: string; reason: string | null }[];
  nextCursor: string | null;
}

/** A line for one more person of the staff. */
export const lineFor = (username: string, roles = 'staff'): string =>
  `${username},Person ${username},${username}@import.example,${roles}`;

/** A file of the lines after a good header. */
export const fileOf = (...lines: string[]): string => [HEADER, ...lines, ''].join('\r\n');

/** Sends a file. */
export function upload(
  { http }: Pick<Product, 'http'>,
  headers: Record<string, string>,
  file: string | Buffer,
  query: Record<string, string> = {},
): PromiseLike<Response> {
  return http
    .post('/api/v1/user-imports')
    .query(query)
    .set({ 'content-type': 'text/csv', ...headers })
    .serialize((body) => body as never)
    .send(file as never);
}

/** Waits for an import to be over, and returns it with its rows. */
export function imported(
  { http }: Pick<Product, 'http'>,
  headers: Record<string, string>,
  id: string,
  seconds = 15,
): Promise<Import> {
  return vi.waitFor(
    async () => {
      const { body } = await http.get(`/api/v1/user-imports/${id}`).set(headers).expect(200);
      if (body.state !== 'completed')
        throw new Error(`The import is ${body.state}: ${body.done} of ${body.total}`);
      return body as Import;
    },
    { timeout: seconds * 1_000, interval: 50 },
  );
}

/** Sends a file that is taken, and waits for its import. */
export async function importFile(
  product: Pick<Product, 'http'>,
  headers: Record<string, string>,
  file: string,
  query?: Record<string, string>,
): Promise<Import> {
  const { status, body } = await upload(product, headers, file, query);
  if (status !== 202) throw new Error(`Not taken: ${status} ${JSON.stringify(body)}`);
  return imported(product, headers, body.id);
}
