import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useStream } from '../api/stream.js';
import { resetQuery } from './reset-log-api.js';

/** While no stream tells: soon while the mail is on its way, now and then while somebody has yet to use it. */
const ASK_AGAIN_MILLISECONDS: Record<string, number> = { requested: 1_000, sent: 5_000, used: 5_000 };

const askAgain = (state = 'requested') => ASK_AGAIN_MILLISECONDS[state] ?? false;

/** One reset as it is now, followed for as long as it moves. */
export function useReset(id: string) {
  const queryClient = useQueryClient();
  const query = resetQuery(id);
  const known = queryClient.getQueryData(query.queryKey)?.state;
  const path = askAgain(known) ? `/password-resets/${encodeURIComponent(id)}/events` : null;
  // The stream tells that something happened; what did, stands in the timeline.
  const told = useStream(path, () => void queryClient.invalidateQueries({ queryKey: query.queryKey }));
  return useQuery({
    ...query,
    refetchInterval: ({ state }) => (told ? false : askAgain(state.data?.state)),
  });
}
