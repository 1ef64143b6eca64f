import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { UserView } from '#contract';
import { useMay } from '../api/ability.js';
import type { Column } from '../frame/listing.js';
import { PageLink } from '../frame/page-link.js';
import { useSession } from '../frame/session-context.js';
import { ResetProgress } from './reset-progress.js';
import { useRoles } from './roles-of.js';
import { RowMenu } from './row-menu.js';
import { SendAgain } from './send-again.js';
import { ReturnedMail, TemporaryPassword, UserState } from './user-state.js';
import classes from './users.module.css';

/** What a row says of a user, and what may be done about them. */
export function useUserColumns(started: Readonly<Record<string, string>>): Column<UserView>[] {
  const { t } = useTranslation();
  const may = useMay();
  const me = useSession().user.id;
  const names = new Map(useRoles().map(({ key, name }) => [key, name]));
  return [
    {
      key: 'name',
      head: t('field.displayName'),
      plain: true,
      cell: (user) => (
        <div>
          <Text fw={600} size="sm" span>
            {user.displayName}
          </Text>
          {user.id === me && <span className={classes['you']}> {t('users.you')}</span>}
          <div className={classes['username']}>{user.username}</div>
          <ReturnedMail user={user} />
        </div>
      ),
    },
    {
      key: 'roles',
      head: t('field.roles'),
      cell: ({ roles }) => roles.map((key) => names.get(key) ?? key).join(', '),
    },
    { key: 'seen', head: t('users.lastSignIn'), cell: (user) => <UserState user={user} /> },
    {
      key: 'temporary',
      head: t('users.temporaryPassword'),
      plain: true,
      cell: (user) =>
        started[user.id] ? (
          <ResetProgress resetId={started[user.id] ?? ''} />
        ) : (
          <TemporaryPassword user={user} />
        ),
    },
    {
      key: 'do',
      head: t('users.actions'),
      plain: true,
      cell: (user) => (
        <div className={classes['actions']}>
          <SendAgain user={user} />
          {may('user:reset-password', user) && (
            <PageLink
              from="/settings/users"
              search={(before) => ({ ...before, reset: user.id })}
              resetScroll={false}
              size="sm"
              className={classes['reset'] ?? ''}
              aria-label={t('users.resetPasswordFor', { name: user.displayName })}
            >
              {t('users.resetPassword')}
            </PageLink>
          )}
          <RowMenu user={user} />
        </div>
      ),
    },
  ];
}
