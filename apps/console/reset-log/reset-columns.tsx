import { useTranslation } from 'react-i18next';
import type { ResetView } from '#contract';
import type { Column } from '../frame/listing.js';
import { Moment } from '../frame/moments.js';
import { PageLink } from '../frame/page-link.js';
import { Actor } from '../users/actor.js';
import { Duration } from './duration.js';
import { ResetState } from './reset-state.js';

/** A row that reads like a sentence: when, who, asked by whom, how it ended, how long it took. */
export function useResetColumns(): Column<ResetView>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'when',
      head: t('resetLog.when'),
      plain: true,
      cell: ({ requestedAt }) => <Moment at={requestedAt} />,
    },
    {
      key: 'who',
      head: t('resetLog.who'),
      cell: ({ id, username }) => (
        <PageLink
          from="/reset-log"
          search={(before) => ({ ...before, open: id })}
          resetScroll={false}
          size="sm"
          aria-label={t('resetLog.open', { name: username })}
        >
          {username}
        </PageLink>
      ),
    },
    {
      key: 'by',
      head: t('resetLog.by'),
      cell: ({ channel, requestedBy }) =>
        channel === 'administrator' && requestedBy.id ? <Actor {...requestedBy} /> : t(`channel.${channel}`),
    },
    {
      key: 'state',
      head: t('resetLog.ended'),
      plain: true,
      cell: ({ state }) => <ResetState state={state} />,
    },
    {
      key: 'mail',
      head: t('resetLog.toMail'),
      numeric: true,
      cell: ({ requestedAt, sentAt }) => sentAt && <Duration from={requestedAt} to={sentAt} />,
    },
    {
      key: 'took',
      head: t('resetLog.took'),
      numeric: true,
      cell: ({ requestedAt, completedAt }) => completedAt && <Duration from={requestedAt} to={completedAt} />,
    },
  ];
}
