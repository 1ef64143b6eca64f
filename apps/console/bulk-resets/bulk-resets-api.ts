import { keepPreviousData, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type {
  BulkResetDetailView,
  BulkResetFilter,
  BulkResetOutcome,
  BulkResetPreviewView,
  BulkResetRowView,
  BulkResetView,
} from '#contract';
import { call, type Page } from '../api/client.js';
import { useStream } from '../api/stream.js';

export type BulkAct = 'pause' | 'resume' | 'cancel';

const PATH = '/bulk-password-resets';
const ASK_AGAIN_MILLISECONDS = 1_000;
const ROWS_SHOWN = 20;

const pathOf = (id: string) => `${PATH}/${encodeURIComponent(id)}`;
const hasEnded = (state: BulkResetView['state'] | undefined) =>
  state === 'completed' || state === 'cancelled';

export const previewBulkReset = (filter: BulkResetFilter) =>
  call<BulkResetPreviewView>('POST', PATH, { body: { filter, dryRun: true } });

export const startBulkReset = (filter: BulkResetFilter, onceAs: string) =>
  call<BulkResetView>('POST', PATH, { body: { filter, dryRun: false }, onceAs });

export const actOnBulkReset = (id: string, act: BulkAct) =>
  call<BulkResetView>('POST', `${pathOf(id)}/${act}`);

/** The one under way, as far as the person may see it: there is one at a time, and nothing is newer. */
export const underWayQuery = queryOptions({
  queryKey: ['bulk-resets', 'under-way'],
  queryFn: async ({ signal }): Promise<BulkResetView | null> => {
    const { items } = await call<Page<BulkResetView>>('GET', PATH, { query: { limit: 1 }, signal });
    return items.find(({ state }) => !hasEnded(state)) ?? null;
  },
  staleTime: 0,
});

/** The run without its people: they are read page by page. */
export const bulkResetQuery = (id: string) =>
  queryOptions({
    queryKey: ['bulk-reset', id],
    queryFn: ({ signal }) => call<BulkResetView>('GET', pathOf(id), { query: { limit: 1 }, signal }),
  });

/** A run as far as it is, followed until it has ended: also while it is paused, since others may resume it. */
export function useBulkReset(id: string) {
  const queryClient = useQueryClient();
  const query = bulkResetQuery(id);
  const ended = hasEnded(queryClient.getQueryData(query.queryKey)?.state);
  const told = useStream(ended ? null : `${pathOf(id)}/events`, (state) => {
    // An answer that is still on its way is older than what was just told, and must not come after it.
    void queryClient
      .cancelQueries({ queryKey: query.queryKey })
      .then(() => queryClient.setQueryData(query.queryKey, state as BulkResetView));
  });
  const run = useQuery({
    ...query,
    refetchInterval: ({ state }) => (told || hasEnded(state.data?.state) ? false : ASK_AGAIN_MILLISECONDS),
  });
  const state = run.data?.state;
  useEffect(() => {
    if (state === undefined || state === 'running') return;
    for (const key of ['bulk-resets', 'users']) void queryClient.invalidateQueries({ queryKey: [key] });
  }, [state, queryClient]);
  return run;
}

/** A page of the people whom it is for, in the order of their turns; read anew whenever the run has moved. */
export function useBulkResetRows(
  { id, state, done }: BulkResetView,
  query: { outcome: BulkResetOutcome | undefined; cursor: string | undefined },
) {
  const queryClient = useQueryClient();
  useEffect(() => {
    if (done > 0 || state !== 'running')
      void queryClient.invalidateQueries({ queryKey: ['bulk-reset-rows', id] });
  }, [queryClient, id, state, done]);
  return useQuery({
    queryKey: ['bulk-reset-rows', id, query],
    queryFn: async ({ signal }): Promise<Page<BulkResetRowView>> => {
      const { rows, nextCursor } = await call<BulkResetDetailView>('GET', pathOf(id), {
        query: { ...query, limit: ROWS_SHOWN },
        signal,
      });
      return { items: rows, nextCursor };
    },
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
}
