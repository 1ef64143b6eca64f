import type { ResetView } from '#contract';

const COLUMNS: Record<string, (reset: ResetView) => string | null> = {
  id: ({ id }) => id,
  username: ({ username }) => username,
  userId: ({ userId }) => userId,
  channel: ({ channel }) => channel,
  requestedByType: ({ requestedBy }) => requestedBy.type,
  requestedById: ({ requestedBy }) => requestedBy.id,
  state: ({ state }) => state,
  refusedFor: ({ refusedFor }) => refusedFor,
  requestedAt: ({ requestedAt }) => requestedAt,
  sentAt: ({ sentAt }) => sentAt,
  usedAt: ({ usedAt }) => usedAt,
  completedAt: ({ completedAt }) => completedAt,
  expiresAt: ({ expiresAt }) => expiresAt,
};

/** Ids, words and times only: nothing in it needs quotes, and no spreadsheet takes any of it for a formula. */
export function csvOf(resets: readonly ResetView[]): string {
  const lines = resets.map((reset) => Object.values(COLUMNS).map((value) => value(reset) ?? ''));
  return [Object.keys(COLUMNS), ...lines, []].map((line) => line.join(',')).join('\r\n');
}
