import { Stack, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditEventView } from '#contract';
import { CopyText } from '../frame/copy-text.js';
import { SideSheet } from '../frame/dialog.js';
import { Fact, Facts } from '../frame/facts.js';
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
        <Facts>
          <Fact name={t('audit.what')}>{words(action)}</Fact>
          <Fact name={t('audit.when')}>{moments.full(at)}</Fact>
          <Fact name={t('audit.who')}>
            <Actor {...actor} />
          </Fact>
          <Fact name={t('audit.target')}>{target && <Target target={target} />}</Fact>
          <Fact name={t('audit.outcome')}>{t(`outcome.${outcome}`)}</Fact>
          <Fact name={t('audit.sequence')}>{seq}</Fact>
          <Fact name={t('audit.source')}>
            {sourceAddress && (
              <PageLink
                to="/audit"
                search={{ sourceAddress }}
                aria-label={t('audit.from', { sourceAddress })}
              >
                {sourceAddress}
              </PageLink>
            )}
          </Fact>
          <Fact name={t('audit.request')}>
            {requestId && (
              <>
                <code>{requestId}</code>
                <CopyText text={requestId} label={t('audit.copyRequest')} />
              </>
            )}
          </Fact>
        </Facts>
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
