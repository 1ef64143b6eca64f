import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ResetDetailView } from '#contract';
import { useMay } from '../api/ability.js';
import { callFile } from '../api/client.js';
import { auditQuery } from '../audit/audit-api.js';
import { CopyText } from '../frame/copy-text.js';
import { SideSheet } from '../frame/dialog.js';
import { DownloadLink } from '../frame/download-link.js';
import { Fact, Facts } from '../frame/facts.js';
import { useMoments } from '../frame/moments.js';
import { PageLink } from '../frame/page-link.js';
import { Failed, Lines } from '../frame/states.js';
import { Actor } from '../users/actor.js';
import classes from './reset-log.module.css';
import { ResetState } from './reset-state.js';
import { Timeline } from './timeline.js';
import { useReset } from './use-reset.js';

/** One reset: who and when, every step with the server's own words, and the way to what happened around it. */
export function ResetDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const query = useReset(id);
  return (
    <SideSheet onClose={onClose} title={t('resetLog.one')}>
      {query.data ? (
        <ResetDetail reset={query.data} />
      ) : query.error ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Lines count={6} />
      )}
    </SideSheet>
  );
}

function ResetDetail({ reset }: { reset: ResetDetailView }) {
  const { t } = useTranslation();
  const moments = useMoments();
  const mayAudit = useMay()('audit:read');
  /** The list is newest first, and a reset has few events. */
  const told = useQuery({ ...auditQuery({ targetId: reset.id, limit: 200 }), enabled: mayAudit });
  const first = told.data?.items.at(-1);
  return (
    <Stack gap="lg">
      <Facts>
        <Fact name={t('resetLog.who')}>{reset.username}</Fact>
        <Fact name={t('resetLog.by')}>
          <span>
            {t(`channel.${reset.channel}`)}
            {reset.requestedBy.id && (
              <>
                {': '}
                <Actor {...reset.requestedBy} />
              </>
            )}
          </span>
        </Fact>
        <Fact name={t('resetLog.ended')}>
          <ResetState state={reset.state} />
        </Fact>
        <Fact name={t('resetLog.refusedFor')}>
          {reset.refusedFor && t(`resetRefusal.${reset.refusedFor}`)}
        </Fact>
        <Fact name={t('resetLog.when')}>{moments.full(reset.requestedAt)}</Fact>
        <Fact name={t('resetLog.expires')}>{reset.expiresAt && moments.full(reset.expiresAt)}</Fact>
        <Fact name={t('audit.source')}>{reset.sourceAddress}</Fact>
        <Fact name={t('audit.request')}>
          {reset.requestId && (
            <>
              <code>{reset.requestId}</code>
              <CopyText text={reset.requestId} label={t('audit.copyRequest')} />
            </>
          )}
        </Fact>
        <Fact name={t('resetLog.id')}>
          <code>{reset.id}</code>
          <CopyText text={reset.id} label={t('resetLog.copyId')} />
        </Fact>
      </Facts>
      <div>
        <Title order={2}>{t('resetLog.timeline')}</Title>
        <Timeline entries={reset.timeline} />
      </div>
      {mayAudit && (
        <div className={classes['links']}>
          <PageLink to="/audit" search={{ targetId: reset.id }}>
            {t('resetLog.inAudit')}
          </PageLink>
          {first && (
            <PageLink to="/audit" search={{ around: first.seq }}>
              {t('resetLog.around')}
            </PageLink>
          )}
          {mayAudit && (
            <DownloadLink
              fetchFile={() => callFile('/audit-events/export', { format: 'ndjson', targetId: reset.id })}
            >
              {t('resetLog.export')}
            </DownloadLink>
          )}
        </div>
      )}
      {reset.timeline.length === 0 && <Text c="dimmed">{t('resetLog.noTimeline')}</Text>}
    </Stack>
  );
}
