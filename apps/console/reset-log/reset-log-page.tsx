import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { RESET_CHANNELS, RESET_STATES, type ResetView } from '#contract';
import { useMay } from '../api/ability.js';
import { MailNotice } from '../deliveries/mail-notice.js';
import { endOfDay, startOfDay } from '../frame/calendar.js';
import { DownloadLink } from '../frame/download-link.js';
import { Choice, DayField, Filters } from '../frame/filters.js';
import { useListNavigation } from '../frame/list-navigation.js';
import { Listing } from '../frame/listing.js';
import { useZone } from '../frame/moments.js';
import { PageTitle } from '../frame/page-title.js';
import { Empty, NotPermitted } from '../frame/states.js';
import { PersonFilter } from '../users/person-filter.js';
import { exportedLog } from './exported-log.js';
import { useResetColumns } from './reset-columns.js';
import { ResetDrawer } from './reset-drawer.js';
import { resetsQuery } from './reset-log-api.js';

const page = getRouteApi('/inside/reset-log');
const MOVING_MILLISECONDS = 3_000;
const POLL_MILLISECONDS = 20_000;

const isMoving = ({ state }: ResetView) => state === 'requested';

/** Who was let back in, by whom, and how it ended. */
export function ResetLogPage() {
  const { t } = useTranslation();
  const permitted = useMay()('reset-log:read');
  return (
    <>
      <PageTitle>{t('frame.resetLog')}</PageTitle>
      {permitted ? <Log /> : <NotPermitted />}
    </>
  );
}

function Log() {
  const { t } = useTranslation();
  const zone = useZone();
  const list = useListNavigation<ReturnType<typeof page.useSearch>>();
  const { open, cursor, from, to, ...filters } = page.useSearch();
  const columns = useResetColumns();
  const narrowed = { ...filters, from: from && startOfDay(from, zone), to: to && endOfDay(to, zone) };
  const query = useQuery({
    ...resetsQuery({ ...narrowed, cursor }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.items.some(isMoving) ? MOVING_MILLISECONDS : POLL_MILLISECONDS,
  });
  const filtered = Object.values({ ...filters, from, to }).some((value) => value !== undefined);
  return (
    <>
      <MailNotice />
      <Filters
        label={t('resetLog.filter')}
        actions={
          <DownloadLink fetchFile={() => exportedLog(narrowed)}>{t('resetLog.exportAll')}</DownloadLink>
        }
      >
        <DayField label={t('field.from')} value={from} onChoose={(chosen) => list.filter({ from: chosen })} />
        <DayField label={t('field.to')} value={to} onChoose={(chosen) => list.filter({ to: chosen })} />
        <Choice
          label={t('field.channel')}
          value={filters.channel}
          options={RESET_CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))}
          onChoose={(chosen) => list.filter({ channel: RESET_CHANNELS.find((one) => one === chosen) })}
        />
        <Choice
          label={t('field.state')}
          value={filters.state}
          options={RESET_STATES.map((value) => ({ value, label: t(`resetState.${value}`) }))}
          onChoose={(chosen) => list.filter({ state: RESET_STATES.find((one) => one === chosen) })}
        />
        <PersonFilter
          label={t('field.person')}
          value={filters.userId}
          onChoose={(userId) => list.filter({ userId })}
        />
      </Filters>
      <Listing
        label={t('frame.resetLog')}
        query={query}
        columns={columns}
        rowKey={({ id }: ResetView) => id}
        current={open}
        paging={list.paging(cursor)}
        empty={
          <Empty title={filtered ? t('resetLog.noMatch') : t('resetLog.none')}>
            {filtered ? t('resetLog.noMatchWhy') : t('resetLog.noneWhy')}
          </Empty>
        }
      />
      {open && <ResetDrawer id={open} onClose={() => list.open({ open: undefined })} />}
    </>
  );
}
