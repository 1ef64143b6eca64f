import { Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AuditEventView } from '#contract';
import { CopyText } from '../frame/copy-text.js';
import { SideSheet } from '../frame/dialog.js';
import { Fact, Facts } from '../frame/facts.js';
import { useMoments } from '../frame/moments.js';
import { PageLink } from '../frame/page-link.js';
import { Failed, Lines } from '../frame/states.js';
import { Actor } from '../users/actor.js';
import { useActionWords } from './action-words.js';
import classes from './audit.module.css';
import { eventQuery } from './audit-api.js';
import { Target } from './target.js';

interface EventDrawerProps {
  id: string;
  /** As the list has it; whoever was sent a link may look at another page of the list. */
  known: AuditEventView | undefined;
  onClose: () => void;
}

/** One event with everything that was recorded of it. */
export function EventDrawer({ id, known, onClose }: EventDrawerProps) {
  const { t } = useTranslation();
  const query = useQuery({ ...eventQuery(id), enabled: known === undefined });
  const event = known ?? query.data;
  return (
    <SideSheet onClose={onClose} title={t('audit.one')}>
      {event ? (
        <EventDetail event={event} />
      ) : query.error ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Lines count={6} />
      )}
    </SideSheet>
  );
}

function EventDetail({ event }: { event: AuditEventView }) {
  const { t } = useTranslation();
  const words = useActionWords();
  const moments = useMoments();
  const { seq, at, action, actor, target, outcome, sourceAddress, requestId } = event;
  return (
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
            <PageLink to="/audit" search={{ sourceAddress }} aria-label={t('audit.from', { sourceAddress })}>
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
      <PageLink to="/audit" search={{ around: seq }}>
        {t('audit.around')}
      </PageLink>
      <div>
        <Title order={2}>{t('audit.json')}</Title>
        <pre className={classes['json']}>{JSON.stringify(event, null, 2)}</pre>
      </div>
    </Stack>
  );
}
