import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { UserImportDetailView, UserImportView } from '#contract';
import { call } from '../api/client.js';
import { useStream } from '../api/stream.js';

/** Of the lines with faults so many are shown; all of them are in the file to download. */
const FAULTS_SHOWN = 10;
const ASK_AGAIN_MILLISECONDS = 1_000;

const importQuery = (id: string) =>
  queryOptions({
    queryKey: ['user-import', id],
    queryFn: ({ signal }) =>
      call<UserImportDetailView>('GET', `/user-imports/${encodeURIComponent(id)}`, {
        query: { outcome: 'failed', limit: FAULTS_SHOWN },
        signal,
      }),
  });

/** A browser names the type of a CSV file after the program that opens it here; the API goes by the type. */
const asCsv = (file: File): Blob => new Blob([file], { type: 'text/csv' });

export const startImport = (
  file: File,
  { dryRun, welcome }: { dryRun: boolean; welcome: boolean },
  onceAs: string,
) =>
  call<UserImportView>('POST', '/user-imports', {
    body: asCsv(file),
    query: { dryRun: String(dryRun), welcome: String(welcome) },
    onceAs,
  });

/** An import as far as it is, followed until it has ended. */
export function useImport(id: string) {
  const queryClient = useQueryClient();
  const query = importQuery(id);
  const ended = queryClient.getQueryData(query.queryKey)?.state === 'completed';
  const told = useStream(ended ? null : `/user-imports/${encodeURIComponent(id)}/events`, (state) => {
    const progress = state as UserImportView;
    // The rows come with the last look. An answer still on its way is older than what was just told.
    if (progress.state === 'completed') void queryClient.invalidateQueries({ queryKey: query.queryKey });
    else if (queryClient.getQueryData(query.queryKey))
      void queryClient
        .cancelQueries({ queryKey: query.queryKey })
        .then(() =>
          queryClient.setQueryData(query.queryKey, (before) => before && { ...before, ...progress }),
        );
  });
  const run = useQuery({
    ...query,
    refetchInterval: ({ state }) =>
      told || state.data?.state === 'completed' ? false : ASK_AGAIN_MILLISECONDS,
  });
  const done = run.data?.state === 'completed';
  useEffect(() => {
    if (!done) return;
    for (const key of ['users', 'practice']) void queryClient.invalidateQueries({ queryKey: [key] });
  }, [done, queryClient]);
  return run;
}
