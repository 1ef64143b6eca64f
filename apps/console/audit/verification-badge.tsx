import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { CopyText } from '../frame/copy-text.js';
import { useMoments } from '../frame/moments.js';
import { Notice, ProblemNotice } from '../frame/states.js';
import classes from './audit.module.css';
import { verify } from './audit-api.js';

/** Shows that the log was not altered: every event is linked to the one before it. */
export function VerificationBadge() {
  const { t } = useTranslation();
  const moments = useMoments();
  const check = useMutation({ mutationFn: async () => ({ ...(await verify()), at: Date.now() }) });
  const found = check.data;
  return (
    <div className={classes['verification']} aria-live="polite">
      {found && (
        <Notice
          tone={found.intact ? 'good' : 'bad'}
          title={found.intact ? t('verification.intact') : t('verification.broken')}
          action={
            <Button variant="default" size="xs" loading={check.isPending} onClick={() => check.mutate()}>
              {t('verification.again')}
            </Button>
          }
        >
          {found.intact ? t('verification.intactWhy', { count: found.events }) : t('verification.brokenWhy')}
          <Text size="xs" c="dimmed" className={classes['head']}>
            {t('verification.checkedAt', { at: moments.second(found.at) })} · {t('verification.head')}{' '}
            <code>{found.head.slice(0, 16)}…</code>
            <CopyText text={found.head} label={t('verification.copyHead')} />
          </Text>
        </Notice>
      )}
      {!found && (
        <Button variant="default" loading={check.isPending} onClick={() => check.mutate()}>
          {t('verification.action')}
        </Button>
      )}
      <ProblemNotice error={check.error} />
    </div>
  );
}
