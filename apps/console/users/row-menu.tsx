import { ActionIcon, Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserView } from '#contract';
import { useMay } from '../api/ability.js';
import { Icon } from '../frame/icons.js';
import { useSession } from '../frame/session-context.js';
import { type UserAct, UserActDialog } from './user-act-dialog.js';

/** What else may be done about a user; nothing at all is no menu. */
export function RowMenu({ user }: { user: UserView }) {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate({ from: '/settings/users' });
  const me = useSession().user.id;
  const [act, setAct] = useState<UserAct | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  // The item that was chosen is gone when its dialog closes: from the button the dialog knows the way back.
  const begin = (what: UserAct | 'edit') => {
    button.current?.focus();
    if (what !== 'edit') setAct(what);
    else void navigate({ search: (before) => ({ ...before, edit: user.id }), resetScroll: false });
  };
  const mayUpdate = may('user:update', user);
  const mayWelcome = may('user:create') && user.status === 'invited';
  if (!mayUpdate && !mayWelcome) return null;
  const mayStatus = may('user:update', user, 'status');
  const isActive = user.status !== 'deactivated';
  return (
    <>
      <Menu position="bottom-end" withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <ActionIcon
            ref={button}
            variant="subtle"
            color="gray"
            size={32}
            aria-label={t('users.moreOf', { name: user.displayName })}
          >
            <Icon name="more" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {mayUpdate && <Menu.Item onClick={() => begin('edit')}>{t('users.edit')}</Menu.Item>}
          {mayWelcome && (
            <Menu.Item onClick={() => begin('welcome')}>{t('userAct.welcome.action')}</Menu.Item>
          )}
          {mayUpdate && isActive && (
            <Menu.Item onClick={() => begin('sign-out')}>{t('userAct.sign-out.action')}</Menu.Item>
          )}
          {mayStatus && isActive && user.id !== me && (
            <Menu.Item onClick={() => begin('deactivate')}>{t('userAct.deactivate.action')}</Menu.Item>
          )}
          {mayStatus && !isActive && (
            <Menu.Item onClick={() => begin('activate')}>{t('userAct.activate.action')}</Menu.Item>
          )}
          {mayStatus && user.id !== me && (
            <Menu.Item c="var(--tone-bad)" onClick={() => begin('erase')}>
              {t('userAct.erase.action')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {act && <UserActDialog act={act} user={user} onClose={() => setAct(null)} />}
    </>
  );
}
