import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { DELIVERY_STATES, type DeliveryView } from '#contract';
import { useMay } from '../api/ability.js';
import { Choice, Filters } from '../frame/filters.js';
import { useListNavigation } from '../frame/list-navigation.js';
import { type Column, Listing } from '../frame/listing.js';
import { Moment } from '../frame/moments.js';
import { PageLink } from '../frame/page-link.js';
import { PageTitle } from '../frame/page-title.js';
import { Empty, NotPermitted } from '../frame/states.js';
import { Person } from '../users/person.js';
import { PersonFilter } from '../users/person-filter.js';
import { deliveriesQuery } from './deliveries-api.js';
import { DeliveryDrawer } from './delivery-drawer.js';
import { DeliveryState, useTemplateWords } from './delivery-state.js';
import { MailNotice } from './mail-notice.js';

const page = getRouteApi('/inside/deliveries');
const MOVING_MILLISECONDS = 3_000;
const POLL_MILLISECONDS = 20_000;

const isMoving = ({ state }: DeliveryView) => state === 'queued' || state === 'sending';

/** Every email, whether the mail server took it, and what it said. */
export function DeliveriesPage() {
  const { t } = useTranslation();
  const permitted = useMay()('delivery:read');
  return (
    <>
      <PageTitle>{t('frame.deliveries')}</PageTitle>
      {permitted ? <Emails /> : <NotPermitted />}
    </>
  );
}

function Emails() {
  const { t } = useTranslation();
  const list = useListNavigation<ReturnType<typeof page.useSearch>>();
  const { open, cursor, ...filters } = page.useSearch();
  const columns = useColumns();
  const query = useQuery({
    ...deliveriesQuery({ ...filters, cursor }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.items.some(isMoving) ? MOVING_MILLISECONDS : POLL_MILLISECONDS,
  });
  const filtered = filters.state !== undefined || filters.userId !== undefined;
  return (
    <>
      <MailNotice />
      <Filters label={t('deliveries.filter')}>
        <Choice
          label={t('field.state')}
          value={filters.state}
          options={DELIVERY_STATES.map((value) => ({ value, label: t(`deliveryState.${value}`) }))}
          onChoose={(chosen) => list.filter({ state: DELIVERY_STATES.find((one) => one === chosen) })}
        />
        <PersonFilter
          label={t('field.person')}
          value={filters.userId}
          onChoose={(userId) => list.filter({ userId })}
        />
      </Filters>
      <Listing
        label={t('frame.deliveries')}
        query={query}
        columns={columns}
        rowKey={({ id }: DeliveryView) => id}
        current={open}
        paging={list.paging(cursor)}
        empty={
          <Empty title={filtered ? t('deliveries.noMatch') : t('deliveries.none')}>
            {filtered ? t('deliveries.noMatchWhy') : t('deliveries.noneWhy')}
          </Empty>
        }
      />
      {open && (
        <DeliveryDrawer
          id={open}
          onOpen={(id) => list.open({ open: id })}
          onClose={() => list.open({ open: undefined })}
        />
      )}
    </>
  );
}

function useColumns(): Column<DeliveryView>[] {
  const { t } = useTranslation();
  const words = useTemplateWords();
  return [
    {
      key: 'when',
      head: t('deliveries.when'),
      plain: true,
      cell: ({ createdAt }) => <Moment at={createdAt} />,
    },
    {
      key: 'what',
      head: t('deliveries.what'),
      plain: true,
      cell: ({ id, template }) => (
        <PageLink
          from="/deliveries"
          search={(before) => ({ ...before, open: id })}
          resetScroll={false}
          size="sm"
          aria-label={t('deliveries.open', { what: words(template) })}
        >
          {words(template)}
        </PageLink>
      ),
    },
    { key: 'to', head: t('deliveries.to'), cell: ({ userId }) => userId && <Person id={userId} /> },
    {
      key: 'state',
      head: t('deliveries.state'),
      plain: true,
      cell: ({ state }) => <DeliveryState state={state} />,
    },
    {
      key: 'attempts',
      head: t('deliveries.attempts'),
      numeric: true,
      cell: ({ attempts }) => attempts.length,
    },
  ];
}
