import { queryOptions } from '@tanstack/react-query';
import type { CurrentSessionView, SignIn } from '#contract';
import { call } from './client.js';
import { allowInterruptions } from './interruptions.js';
import { problemOf } from './problem.js';

/** Who is signed in; null for nobody. Asked in the background every minute, which does not extend it. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<CurrentSessionView | null> => {
    try {
      return noteSession(await call('GET', '/sessions/current', { signal, attended: false }));
    } catch (error) {
      if (problemOf(error)?.code === 'unauthenticated') return null;
      throw error;
    }
  },
  staleTime: 30_000,
});

/** Signs in by cookie. @throws ApiProblem `invalid_credentials` */
export const signIn = async (body: Pick<SignIn, 'practiceId' | 'username' | 'password'>) =>
  noteSession(await call<CurrentSessionView>('POST', '/sessions', { body }));

/** Extends the idle time, as any attended call does. */
export const extendSession = () => call<CurrentSessionView>('GET', '/sessions/current', { attended: true });

export async function signOut(): Promise<void> {
  allowInterruptions(false);
  await call('DELETE', '/sessions/current').catch((error: unknown) => {
    // Already over is as good as ended.
    if (problemOf(error)?.code !== 'unauthenticated') throw error;
  });
}

function noteSession(session: CurrentSessionView): CurrentSessionView {
  allowInterruptions(!session.passwordChangeRequired);
  return session;
}
