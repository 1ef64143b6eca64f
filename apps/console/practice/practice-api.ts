import { queryOptions, useQuery } from '@tanstack/react-query';
import type { PracticeView, UpdatePractice } from '#contract';
import { useMay } from '../api/ability.js';
import { callTagged } from '../api/client.js';

export const practiceQuery = queryOptions({
  queryKey: ['practice'],
  queryFn: ({ signal }) => callTagged<PracticeView>('GET', '/practice', { signal }),
  staleTime: 60_000,
});

export const updatePractice = (body: UpdatePractice, basedOn: string | null) =>
  callTagged<PracticeView>('PATCH', '/practice', { body, basedOn });

/** The practice, as far as the person may see it. */
export function usePractice(): PracticeView | null {
  const may = useMay();
  const { data } = useQuery({ ...practiceQuery, enabled: may('practice:read') });
  return data?.value ?? null;
}
