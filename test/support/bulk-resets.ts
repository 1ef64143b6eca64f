import type { Response } from 'supertest';
import { vi } from 'vitest';
import type { OpenedPractice } from './practice.js';
import type { Product } from './product.js';

export interface BulkReset {
  id: string;
  state: string;
  total: number;
  done: number;
  requested: number;
  skipped: number;
  failed: number;
  reason: string | null;
  rows: { userId: string; username: string; outcome: string; reason: string | null }[];
}

/** Asks for a bulk reset. */
export const beginBulkReset = (
  { http }: Pick<Product, 'http'>,
  headers: Record<string, string>,
  filter: object,
): PromiseLike<Response> =>
  http.post('/api/v1/bulk-password-resets').set(headers).send({ filter, dryRun: false });

/** One bulk reset with its rows. */
export const bulkReset = async (
  { http }: Pick<Product, 'http'>,
  headers: Record<string, string>,
  id: string,
): Promise<BulkReset> => (await http.get(`/api/v1/bulk-password-resets/${id}`).set(headers).expect(200)).body;

/** Waits until it is over, one way or the other. */
export function ended(
  product: Pick<Product, 'http'>,
  headers: Record<string, string>,
  id: string,
  seconds = 15,
): Promise<BulkReset> {
  return vi.waitFor(
    async () => {
      const found = await bulkReset(product, headers, id);
      if (found.state !== 'completed' && found.state !== 'cancelled') {
        throw new Error(`The bulk reset is ${found.state}: ${found.done} of ${found.total}`);
      }
      return found;
    },
    { timeout: seconds * 1_000, interval: 50 },
  );
}

/** More active staff than have their turn in a step, put straight into the tables. */
export async function plantPeople(
  { database }: Pick<Product, 'database'>,
  { administrator }: Pick<OpenedPractice, 'administrator'>,
  count: number,
): Promise<void> {
  await database.query(
    `with people as (
       insert into users (practice_id, id, username, display_name, email, locale, status)
       select u.practice_id, gen_random_uuid(), 'planted' || lpad(n::text, 3, '0'), 'Planted', 'planted' || n || '@elm.example',
         'en', 'active' from users u, generate_series(1, $2::int) n where u.id = $1 returning practice_id, id
     ) insert into user_roles (practice_id, user_id, role_key) select practice_id, id, 'staff' from people`,
    [administrator.userId, count],
  );
}
