import type { ListResets, ResetView } from '#contract';
import { call, type Page } from '../api/client.js';
import { csvOf } from './resets-csv.js';

const PAGE = 200;

/** Every reset that the filter leaves, newest first, with the names and times of the API. @throws ApiProblem */
export async function exportedLog(filter: Partial<ListResets>): Promise<File> {
  const resets: ResetView[] = [];
  let cursor: string | undefined;
  do {
    const query = { ...filter, limit: PAGE, cursor };
    const page: Page<ResetView> = await call('GET', '/password-resets', { query, attended: true });
    resets.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  const name = `resets-${new Date().toISOString().slice(0, 10)}.csv`;
  return new File([csvOf(resets)], name, { type: 'text/csv' });
}
