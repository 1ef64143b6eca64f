import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { UserView } from '#contract';
import { signOut } from '../api/session.js';
import { Icon } from './icons.js';
import classes from './page-frame.module.css';
import { useLeave } from './use-leave.js';

const SCHEMES = ['light', 'dark', 'auto'] as const;

/** The person: their account, how the page looks to them, and the way out. */
export function PersonMenu({ user }: { user: UserView }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const toSignIn = useLeave();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const leave = async () => {
    await signOut();
    await toSignIn({ done: 'signed-out' });
  };
  return (
    <Menu position="bottom-end" width={220} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <UnstyledButton
          className={classes['tool']}
          aria-label={t('frame.person', { name: user.displayName })}
        >
          <Icon name="person" />
          <span className={classes['toolName']}>{user.displayName}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void navigate({ to: '/account' })}>{t('frame.account')}</Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('frame.appearance')}</Menu.Label>
        {SCHEMES.map((scheme) => (
          <Menu.RadioItem
            key={scheme}
            value={scheme}
            checked={scheme === colorScheme}
            onChange={() => setColorScheme(scheme)}
          >
            {t(`frame.scheme.${scheme}`)}
          </Menu.RadioItem>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void leave()}>{t('frame.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
