import { queryOptions, useQuery } from '@tanstack/react-query';

interface Description {
  paths?: Record<string, Record<string, unknown>>;
}

/** What this installation's API can do, read once: what it lacks is not offered. */
const descriptionQuery = queryOptions({
  queryKey: ['description'],
  queryFn: async ({ signal }): Promise<string[]> => {
    const response = await fetch('/api/openapi.json', { signal });
    const { paths = {} } = (await response.json()) as Description;
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
  },
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
});

export function useApiHas(method: 'get' | 'post' | 'patch' | 'delete', path: string): boolean {
  const { data } = useQuery(descriptionQuery);
  return data?.includes(`${method} ${path}`) ?? false;
}
