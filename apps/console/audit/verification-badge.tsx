import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AuditVerificationView } from '#contract';
import { serverNow } from '../api/server-clock.js';
import { CopyText } from '../frame/copy-text.js';
import { useMoments } from '../frame/moments.js';
import { PageLink } from '../frame/page-link.js';
import { Notice, ProblemNotice } from '../frame/states.js';
import classes from './audit.module.css';
import { verify } from './audit-api.js';

/** Shows that the log was not altered: every event is linked to the one before it. */
export function VerificationBadge() {
  const { t } = useTranslation();
  const moments = useMoments();
  const check = useMutation({ mutationFn: async () => ({ ...(await verify()), at: serverNow() }) });
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
          {found.intact ? <Intact found={found} /> : <Broken found={found} />}
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

/** What was checked, and what this check could not reach. */
function Intact({ found: { events, archived, signed } }: { found: AuditVerificationView }) {
  const { t } = useTranslation();
  return (
    <>
      <div>{t('verification.intactWhy', { count: events - archived })}</div>
      {archived > 0 && <div>{t('verification.archived', { count: archived })}</div>}
      {signed < events && <div>{t('verification.signed', { seq: signed })}</div>}
    </>
  );
}

/** Where it is broken: among which numbers, what is wrong there, and the way to them. */
function Broken({ found: { fault, archived } }: { found: AuditVerificationView }) {
  const { t } = useTranslation();
  return (
    <>
      <div>{t('verification.brokenWhy')}</div>
      {fault && (
        <div>
          {fault.from === fault.to
            ? t('verification.faultAt', { seq: fault.from })
            : t('verification.faultAmong', { from: fault.from, to: fault.to })}{' '}
          <span lang="en">{fault.what}</span>.{' '}
          <PageLink to="/audit" search={{ around: Math.max(1, fault.from) }}>
            {t('verification.show')}
          </PageLink>
        </div>
      )}
      {archived > 0 && <div>{t('verification.archived', { count: archived })}</div>}
    </>
  );
}
