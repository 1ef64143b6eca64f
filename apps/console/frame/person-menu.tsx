import { Button, Menu, Stack, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { UserView } from '#contract';
import { Dialog, DialogActions } from './dialog.js';
import { Icon } from './icons.js';
import classes from './page-frame.module.css';
import { ProblemNotice } from './states.js';
import { useSignOut } from './use-sign-out.js';

const SCHEMES = ['light', 'dark', 'auto'] as const;

/** The person: their account, how the page looks to them, and the way out. */
export function PersonMenu({ user }: { user: UserView }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const leave = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <>
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
          <Menu.Item onClick={() => leave.mutate()}>{t('frame.signOut')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {leave.error && (
        <Dialog onClose={leave.reset} title={t('signOut.failed')}>
          <Stack gap="md">
            <Text>{t('signOut.failedWhy')}</Text>
            <ProblemNotice error={leave.error} />
            <DialogActions onClose={leave.reset}>
              <Button data-autofocus loading={leave.isPending} onClick={() => leave.mutate()}>
                {t('state.tryAgain')}
              </Button>
            </DialogActions>
          </Stack>
        </Dialog>
      )}
    </>
  );
}
