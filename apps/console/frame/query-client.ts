import { QueryClient } from '@tanstack/react-query';
import { problemOf } from '../api/problem.js';

/** What another try may mend: no answer, and "busy". */
const passing = (error: unknown): boolean => {
  const problem = problemOf(error);
  return problem !== null && (problem.code === 'unreachable' || problem.status >= 502);
};

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => passing(error) && failures < 1,
      staleTime: 5_000,
      // Being offline is shown like any other failure, with "Try again".
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
