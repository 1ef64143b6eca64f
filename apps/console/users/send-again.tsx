import { Anchor } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserView } from '#contract';
import { useMay } from '../api/ability.js';
import { UserActDialog } from './user-act-dialog.js';
import classes from './users.module.css';

/** For somebody who was invited and has not come yet, the act that is wanted most often. */
export function SendAgain({ user }: { user: UserView }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState(false);
  if (user.status !== 'invited' || !may('user:create')) return null;
  return (
    <>
      <Anchor
        component="button"
        type="button"
        size="sm"
        className={classes['reset'] ?? ''}
        aria-label={t('users.sendAgainTo', { name: user.displayName })}
        onClick={() => setOpen(true)}
      >
        {t('users.sendAgain')}
      </Anchor>
      {open && <UserActDialog act="welcome" user={user} onClose={() => setOpen(false)} />}
    </>
  );
}
