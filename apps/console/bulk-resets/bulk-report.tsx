import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BulkResetOutcome, BulkResetRowView, BulkResetView } from '#contract';
import { useMay } from '../api/ability.js';
import { Choice, Filters } from '../frame/filters.js';
import { type Column, Listing } from '../frame/listing.js';
import { PageLink } from '../frame/page-link.js';
import { StateMark, type Tone } from '../frame/state-mark.js';
import { Empty } from '../frame/states.js';
import classes from './bulk-resets.module.css';
import { useBulkResetRows } from './bulk-resets-api.js';

const TONES: Record<BulkResetOutcome, Tone> = {
  pending: 'waiting',
  requested: 'good',
  skipped: 'quiet',
  failed: 'bad',
  cancelled: 'quiet',
};
const OUTCOMES = Object.keys(TONES) as BulkResetOutcome[];

/** What became of each person, and why where there is a reason. */
export function BulkReport({ run }: { run: BulkResetView }) {
  const { t } = useTranslation();
  const [{ outcome, cursor }, show] = useState<{ outcome?: BulkResetOutcome; cursor?: string }>({});
  const query = useBulkResetRows(run, { outcome, cursor });
  const columns = useColumns();
  return (
    <div className={classes['report']}>
      <Filters label={t('bulkReset.narrow')}>
        <Choice
          label={t('bulkReset.outcome')}
          value={outcome}
          options={OUTCOMES.map((value) => ({ value, label: t(`bulkOutcome.${value}`) }))}
          onChoose={(chosen) => {
            const found = OUTCOMES.find((one) => one === chosen);
            show(found ? { outcome: found } : {});
          }}
        />
      </Filters>
      <Listing
        label={t('bulkReset.people')}
        query={query}
        columns={columns}
        rowKey={({ userId }) => userId}
        paging={{
          first: cursor === undefined,
          onFirst: () => show((before) => (before.outcome ? { outcome: before.outcome } : {})),
          onNext: (next) => show((before) => ({ ...before, cursor: next })),
        }}
        empty={
          <Empty title={t('users.nobody')}>
            {outcome ? t('bulkReset.noneOfOutcome') : t('bulkReset.forgotten')}
          </Empty>
        }
      />
    </div>
  );
}

function useColumns(): Column<BulkResetRowView>[] {
  const { t } = useTranslation();
  const mayLog = useMay()('reset-log:read');
  return [
    {
      key: 'who',
      head: t('field.username'),
      plain: true,
      cell: ({ userId, username, outcome }) =>
        mayLog && outcome === 'requested' ? (
          <PageLink to="/reset-log" search={{ userId }} size="sm">
            {username}
          </PageLink>
        ) : (
          username
        ),
    },
    {
      key: 'outcome',
      head: t('bulkReset.outcome'),
      plain: true,
      cell: ({ outcome }) => <StateMark tone={TONES[outcome]}>{t(`bulkOutcome.${outcome}`)}</StateMark>,
    },
    {
      key: 'reason',
      head: t('bulkReset.reason'),
      cell: ({ reason }) => reason && <span lang="en">{reason}</span>,
    },
  ];
}
