import { useQuery } from '@tanstack/react-query';
import type { CurrentSessionView } from '#contract';
import { sessionQuery } from '../api/session.js';

/** Who is signed in. Only on pages inside the frame, which shows nothing without a session. */
export function useSession(): CurrentSessionView {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error('This page is shown to somebody who is signed in');
  return data;
}
