import { queryOptions } from '@tanstack/react-query';
import type { CurrentSessionView, SignIn } from '#contract';
import { call } from './client.js';
import { allowInterruptions } from './interruptions.js';
import { problemOf } from './problem.js';
import { announce, isSomebodyElse, noteUser } from './signed-in-user.js';

/** Who is signed in; null for nobody. Asked in the background every minute, which does not extend it. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<CurrentSessionView | null> => {
    try {
      return await readSession({ signal, attended: false });
    } catch (error) {
      if (problemOf(error)?.code === 'unauthenticated') return null;
      throw error;
    }
  },
  staleTime: 30_000,
  // Whoever comes back to this page may have signed in as somebody else on another one.
  refetchOnWindowFocus: 'always',
});

/** Signs in by cookie. @throws ApiProblem `invalid_credentials` */
export async function signIn(
  body: Pick<SignIn, 'practiceId' | 'username' | 'password'>,
): Promise<CurrentSessionView> {
  const session = await call<CurrentSessionView>('POST', '/sessions', { body });
  announce(session.user.id);
  return noteSession(session);
}

/** Extends the idle time, as any attended call does. */
export const extendSession = () => readSession({ attended: true });

/** @throws ApiProblem when the session may still stand */
export async function signOut(): Promise<void> {
  allowInterruptions(false);
  try {
    await call('DELETE', '/sessions/current');
  } catch (error) {
    // Already over is as good as ended.
    if (problemOf(error)?.code !== 'unauthenticated') {
      allowInterruptions(true);
      throw error;
    }
  }
  noteUser(null);
}

async function readSession(options: {
  signal?: AbortSignal;
  attended: boolean;
}): Promise<CurrentSessionView> {
  const session = await call<CurrentSessionView>('GET', '/sessions/current', options);
  if (isSomebodyElse(session.user.id)) return startOver();
  return noteSession(session);
}

/** Everything on this page was read by another account, and would be written by this one. */
export function startOver(): Promise<never> {
  location.reload();
  return new Promise(() => {});
}

function noteSession(session: CurrentSessionView): CurrentSessionView {
  noteUser(session.user.id);
  allowInterruptions(!session.passwordChangeRequired);
  return session;
}
