import { queryOptions } from '@tanstack/react-query';
import type { ListResets, ResetDetailView, ResetView } from '#contract';
import { call, type Page } from '../api/client.js';

/** A page of resets, newest first. */
export const resetsQuery = (query: Partial<ListResets>) =>
  queryOptions({
    queryKey: ['resets', query],
    queryFn: ({ signal }) => call<Page<ResetView>>('GET', '/password-resets', { query, signal }),
  });

/** One reset with everything that happened to it and to its mail. */
export const resetQuery = (id: string) =>
  queryOptions({
    queryKey: ['reset', id],
    queryFn: ({ signal }) =>
      call<ResetDetailView>('GET', `/password-resets/${encodeURIComponent(id)}`, { signal }),
  });
