import { Stack, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditEventView } from '#contract';
import { CopyText } from '../frame/copy-text.js';
import { SideSheet } from '../frame/dialog.js';
import { useMoments } from '../frame/moments.js';
import { PageLink } from '../frame/page-link.js';
import { Actor } from '../users/actor.js';
import { useActionWords } from './action-words.js';
import classes from './audit.module.css';
import { Target } from './target.js';

/** One event with everything that was recorded of it. */
export function EventDrawer({ event, onClose }: { event: AuditEventView; onClose: () => void }) {
  const { t } = useTranslation();
  const words = useActionWords();
  const moments = useMoments();
  const { seq, at, action, actor, target, outcome, sourceAddress, requestId } = event;
  return (
    <SideSheet onClose={onClose} title={t('audit.one')}>
      <Stack gap="lg">
        <dl className={classes['facts']}>
          <dt>{t('audit.what')}</dt>
          <dd>{words(action)}</dd>
          <dt>{t('audit.when')}</dt>
          <dd>{moments.full(at)}</dd>
          <dt>{t('audit.who')}</dt>
          <dd>
            <Actor {...actor} />
          </dd>
          {target && (
            <>
              <dt>{t('audit.target')}</dt>
              <dd>
                <Target target={target} />
              </dd>
            </>
          )}
          <dt>{t('audit.outcome')}</dt>
          <dd>{t(`outcome.${outcome}`)}</dd>
          <dt>{t('audit.sequence')}</dt>
          <dd>{seq}</dd>
          {sourceAddress && (
            <>
              <dt>{t('audit.source')}</dt>
              <dd>{sourceAddress}</dd>
            </>
          )}
          {requestId && (
            <>
              <dt>{t('audit.request')}</dt>
              <dd>
                <code>{requestId}</code>
                <CopyText text={requestId} label={t('audit.copyRequest')} />
              </dd>
            </>
          )}
        </dl>
        <PageLink to="/audit" search={{ around: at }}>
          {t('audit.around')}
        </PageLink>
        <div>
          <Title order={2}>{t('audit.json')}</Title>
          <pre className={classes['json']}>{JSON.stringify(event, null, 2)}</pre>
        </div>
      </Stack>
    </SideSheet>
  );
}
