import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TEMPORARY_PASSWORD_STATES, type UserView } from '#contract';
import { useMay } from '../api/ability.js';
import { MailNotice } from '../deliveries/mail-notice.js';
import { Choice, Filters, SearchField } from '../frame/filters.js';
import { useListNavigation } from '../frame/list-navigation.js';
import { Listing } from '../frame/listing.js';
import { Empty, NotPermitted } from '../frame/states.js';
import { Advice } from '../practice/advice.js';
import { PracticeIdToHandOn } from './practice-id-to-hand-on.js';
import { useRoles } from './roles-of.js';
import { UserActions } from './user-actions.js';
import { useUserColumns } from './user-columns.js';
import { UserDialogs } from './user-dialogs.js';
import { usersQuery } from './users-api.js';

const page = getRouteApi('/inside/settings/users');
const STATUSES = ['invited', 'active', 'deactivated'] as const;
const PENDING_POLL_MILLISECONDS = 3_000;
const POLL_MILLISECONDS = 30_000;

/** No dialog. */
const NOTHING = {
  reset: undefined,
  edit: undefined,
  add: undefined,
  designate: undefined,
  import: undefined,
  bulk: undefined,
};

const isMoving = ({ temporaryPassword }: UserView) => temporaryPassword?.state === 'pending';

/** Who works here, and the way back in for whoever is locked out. */
export function UsersPage() {
  const { t } = useTranslation();
  const may = useMay();
  const list = useListNavigation<ReturnType<typeof page.useSearch>>();
  const { search, role, status, temporaryPassword, cursor, ...shown } = page.useSearch();
  const roles = useRoles();
  /** Resets that were started here: their rows show how they move on. */
  const [started, setStarted] = useState<Readonly<Record<string, string>>>({});
  const columns = useUserColumns(started);
  const query = useQuery({
    ...usersQuery({ search, role, status, temporaryPassword, cursor }),
    enabled: may('user:read'),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.items.some(isMoving) ? PENDING_POLL_MILLISECONDS : POLL_MILLISECONDS,
  });
  const onSearch = useCallback((typed: string | undefined) => list.filter({ search: typed }), [list]);
  if (!may('user:read')) return <NotPermitted />;
  const filtered = (search ?? role ?? status ?? temporaryPassword) !== undefined;
  return (
    <>
      <MailNotice />
      <Advice />
      <PracticeIdToHandOn />
      <Filters label={t('users.filter')} actions={<UserActions />}>
        <SearchField label={t('users.search')} value={search ?? ''} onSearch={onSearch} />
        <Choice
          label={t('field.role')}
          value={role}
          options={roles.map(({ key, name }) => ({ value: key, label: name }))}
          onChoose={(chosen) => list.filter({ role: chosen })}
        />
        <Choice
          label={t('field.state')}
          value={status}
          options={STATUSES.map((value) => ({ value, label: t(`userStatus.${value}`) }))}
          onChoose={(chosen) => list.filter({ status: STATUSES.find((one) => one === chosen) })}
        />
        <Choice
          label={t('users.temporaryPassword')}
          value={temporaryPassword}
          options={TEMPORARY_PASSWORD_STATES.map((value) => ({
            value,
            label: t(`users.temporary.${value}`),
          }))}
          onChoose={(chosen) =>
            list.filter({ temporaryPassword: TEMPORARY_PASSWORD_STATES.find((one) => one === chosen) })
          }
        />
      </Filters>
      <Listing
        label={t('settings.users')}
        query={query}
        columns={columns}
        rowKey={({ id }) => id}
        current={shown.reset ?? shown.edit}
        paging={list.paging(cursor)}
        empty={
          <Empty title={filtered ? t('users.nobody') : t('users.none')}>
            {filtered ? t('users.nobodyWhy') : t('users.noneWhy')}
          </Empty>
        }
      />
      <UserDialogs
        shown={shown}
        onImport={(id) => list.open({ import: id ?? 'new' })}
        onBulk={(id) => list.open({ bulk: id })}
        onClose={() => list.open(NOTHING)}
        onStarted={(userId, resetId) => setStarted((before) => ({ ...before, [userId]: resetId }))}
      />
    </>
  );
}
