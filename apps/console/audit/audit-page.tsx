import { Anchor } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditEventView } from '#contract';
import { useMay } from '../api/ability.js';
import { callFile } from '../api/client.js';
import { endOfDay, startOfDay } from '../frame/calendar.js';
import { DownloadLink } from '../frame/download-link.js';
import { Choice, DayField, Filters, SearchField } from '../frame/filters.js';
import { useListNavigation } from '../frame/list-navigation.js';
import { Listing } from '../frame/listing.js';
import { useZone } from '../frame/moments.js';
import { PageTitle } from '../frame/page-title.js';
import { Empty, NotPermitted } from '../frame/states.js';
import { PersonFilter } from '../users/person-filter.js';
import classes from './audit.module.css';
import { auditQuery } from './audit-api.js';
import { useAuditColumns } from './audit-columns.js';
import { EventDrawer } from './event-drawer.js';
import { EventPicker } from './event-picker.js';
import { VerificationBadge } from './verification-badge.js';

const page = getRouteApi('/inside/audit');
const OUTCOMES = ['success', 'refused', 'failed'] as const;

/** Everything that happened, and the proof that it was not altered. */
export function AuditPage() {
  const { t } = useTranslation();
  const permitted = useMay()('audit:read');
  return (
    <>
      <PageTitle>{t('frame.audit')}</PageTitle>
      {permitted ? <Trail /> : <NotPermitted />}
    </>
  );
}

function Trail() {
  const { t } = useTranslation();
  const list = useListNavigation<ReturnType<typeof page.useSearch>>();
  const { open, cursor, from, to, around, ...filters } = page.useSearch();
  const columns = useAuditColumns();
  const onAddress = useCallback((typed: string | undefined) => list.filter({ sourceAddress: typed }), [list]);
  const zone = useZone();
  const span = { from: from && startOfDay(from, zone), to: to && endOfDay(to, zone) };
  const query = useQuery({
    ...auditQuery({ ...filters, ...span, around, cursor }),
    placeholderData: keepPreviousData,
  });
  const filtered = Object.values({ ...filters, from, to, around }).some((value) => value !== undefined);
  const events = query.data?.items ?? [];
  return (
    <>
      <VerificationBadge />
      <Filters label={t('audit.filter')} actions={<ExportLink query={{ ...filters, ...span }} />}>
        <EventPicker value={filters.action} onChoose={(action) => list.filter({ action })} />
        <Choice
          label={t('audit.outcome')}
          value={filters.outcome}
          options={OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) }))}
          onChoose={(chosen) => list.filter({ outcome: OUTCOMES.find((one) => one === chosen) })}
        />
        <PersonFilter
          label={t('audit.actor')}
          value={filters.actorId}
          onChoose={(actorId) => list.filter({ actorId })}
        />
        <PersonFilter
          label={t('audit.person')}
          value={filters.personId}
          onChoose={(personId) => list.filter({ personId })}
        />
        <SearchField label={t('audit.source')} value={filters.sourceAddress ?? ''} onSearch={onAddress} />
        <DayField label={t('field.from')} value={from} onChoose={(chosen) => list.filter({ from: chosen })} />
        <DayField label={t('field.to')} value={to} onChoose={(chosen) => list.filter({ to: chosen })} />
      </Filters>
      <Narrowed around={around} targetId={filters.targetId} />
      <Listing
        label={t('frame.audit')}
        query={query}
        columns={columns}
        rowKey={({ id }: AuditEventView) => id}
        current={open ?? events.find(({ seq }) => seq === around)?.id}
        paging={list.paging(cursor)}
        empty={
          <Empty title={filtered ? t('audit.noMatch') : t('audit.none')}>
            {filtered ? t('audit.noMatchWhy') : t('audit.noneWhy')}
          </Empty>
        }
      />
      {open && (
        <EventDrawer
          key={open}
          id={open}
          known={events.find(({ id }) => id === open)}
          onClose={() => list.open({ open: undefined })}
        />
      )}
    </>
  );
}

/** Filters that came with a link from elsewhere, and the way out of them. */
function Narrowed({ around, targetId }: { around: number | undefined; targetId: string | undefined }) {
  const { t } = useTranslation();
  const navigate = page.useNavigate();
  if (around === undefined && !targetId) return null;
  return (
    <p className={classes['narrowed']}>
      {around !== undefined && <span>{t('audit.aroundNotice', { seq: around })}</span>}
      {targetId && <span>{t('audit.aboutNotice', { id: targetId })}</span>}
      <Anchor component="button" type="button" onClick={() => void navigate({ search: {} })}>
        {t('audit.showAll')}
      </Anchor>
    </p>
  );
}

function ExportLink({ query }: { query: Record<string, string | undefined> }) {
  const { t } = useTranslation();
  const parameters = Object.entries({ format: 'csv', ...query }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return (
    <DownloadLink fetchFile={() => callFile('/audit-events/export', Object.fromEntries(parameters))}>
      {t('audit.export')}
    </DownloadLink>
  );
}
