import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { sessionQuery } from '../api/session.js';
import { temporaryPassword } from '../sign-in/temporary-password.js';
import type { signInSearch } from './search.js';

/** Goes to the sign-in and then forgets all that was read: in this order, since pages need their session. */
export function useLeave() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return async (search: ReturnType<typeof signInSearch>) => {
    await navigate({ to: '/sign-in', search });
    temporaryPassword.forget();
    queryClient.clear();
    queryClient.setQueryData(sessionQuery.queryKey, null);
  };
}
