import { queryOptions } from '@tanstack/react-query';
import type { OverviewView } from '#contract';
import { call } from '../api/client.js';

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => call<OverviewView>('GET', '/overview', { signal }),
  refetchInterval: 60_000,
});
