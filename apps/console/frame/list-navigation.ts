import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Paging } from './listing.js';

/**
 * How a list moves by its address (filter, page, open row), so that what one sees can be sent to a colleague.
 * `Search` is what the list's address may hold.
 */
export function useListNavigation<Search extends object>() {
  const navigate = useNavigate();
  return useMemo(() => {
    const go = (changed: object, options: { replace?: boolean; resetScroll?: boolean } = {}) =>
      // The router knows every route's own search; this serves all lists alike, so `Search` speaks for them.
      void navigate({
        to: '.',
        search: (before: object) => ({ ...before, ...changed }),
        ...options,
      } as never);
    return {
      /** Another filter starts again at the first page. */
      filter: (changed: Partial<Search>) => go({ ...changed, cursor: undefined }, { replace: true }),
      paging: (cursor: string | undefined): Paging => ({
        first: cursor === undefined,
        onFirst: () => go({ cursor: undefined }),
        onNext: (next) => go({ cursor: next }),
      }),
      /** Opens or closes what lies over the list; the list stays where it is. */
      open: (changed: Partial<Search>) => go(changed, { resetScroll: false }),
    };
  }, [navigate]);
}
