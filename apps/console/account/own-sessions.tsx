import { Button } from '@mantine/core';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { SessionView } from '#contract';
import { call, type Page } from '../api/client.js';
import { Moment } from '../frame/moments.js';
import { Failed, Lines, ProblemNotice } from '../frame/states.js';
import classes from './account.module.css';
import { browserIn } from './user-agent.js';

const ownSessionsQuery = queryOptions({
  queryKey: ['own-sessions'],
  queryFn: ({ signal }) => call<Page<SessionView>>('GET', '/sessions', { signal }),
});

/** Where one is signed in, and the way to end it. */
export function OwnSessions() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const query = useQuery(ownSessionsQuery);
  const end = useMutation({
    mutationFn: (id: string) => call<void>('DELETE', `/sessions/${id}`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ownSessionsQuery.queryKey }),
  });
  if (query.isPending) return <Lines count={3} />;
  if (!query.data) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <ul className={classes['sessions']}>
        {query.data.items.map((session) => {
          const where = browserIn(session.userAgent) ?? t('account.program');
          return (
            <li key={session.id}>
              <div>
                <strong>{where}</strong>
                {session.sourceAddress && ` · ${session.sourceAddress}`}
                <div className={classes['when']}>
                  {t('account.since')} <Moment at={session.createdAt} /> · {t('account.seen')}{' '}
                  <Moment at={session.lastSeenAt} />
                </div>
              </div>
              {session.current ? (
                <span>{t('account.thisOne')}</span>
              ) : (
                <Button
                  variant="default"
                  size="xs"
                  aria-label={t('account.endFor', { where })}
                  onClick={() => end.mutate(session.id)}
                >
                  {t('account.end')}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      <ProblemNotice error={end.error} />
    </>
  );
}
