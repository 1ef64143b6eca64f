import { useMutation } from '@tanstack/react-query';
import { signOut } from '../api/session.js';
import type { signInSearch } from './search.js';
import { useLeave } from './use-leave.js';

/** The way out. Where it fails the page stays and says so: nobody must walk away from a session that stands. */
export function useSignOut(search: ReturnType<typeof signInSearch> = {}) {
  const toSignIn = useLeave();
  return useMutation({
    mutationFn: signOut,
    onSuccess: () => toSignIn({ ...search, done: 'signed-out' }),
  });
}
