import { Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { BulkResetView } from '#contract';
import { Moment } from '../frame/moments.js';
import { Notice } from '../frame/states.js';
import classes from './bulk-resets.module.css';
import { useFilterWords } from './filter-words.js';

/** How far a run is, or how it ended. It goes on by itself, whoever watches. */
export function BulkProgress({ run }: { run: BulkResetView }) {
  const { t } = useTranslation();
  const words = useFilterWords();
  const { state, total, done } = run;
  const underWay = state === 'running' || state === 'paused';
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('bulkReset.begun')} <Moment at={run.createdAt} />. {words(run.filter)}
      </Text>
      <div role="status">
        {underWay ? (
          <>
            <Text fw={600}>{t(`bulkReset.state.${state}`)}</Text>
            <Counts run={run} />
          </>
        ) : (
          <Notice tone={toneOf(run)} title={t(`bulkReset.state.${state}`)}>
            <Counts run={run} />
          </Notice>
        )}
      </div>
      {underWay && (
        <Progress.Root size="lg">
          <Progress.Section
            value={(done / Math.max(1, total)) * 100}
            aria-label={t(`bulkReset.state.${state}`)}
          />
        </Progress.Root>
      )}
    </>
  );
}

function Counts({ run }: { run: BulkResetView }) {
  const { t } = useTranslation();
  const whatNext = useWhatNext();
  const { done, total, skipped, failed } = run;
  return (
    <>
      <div className={classes['counts']}>
        <span>{t('bulkReset.progress', { done, total })}</span>
        {skipped > 0 && <span>{t('bulkReset.skipped', { count: skipped })}</span>}
        {failed > 0 && <span>{t('bulkReset.failed', { count: failed })}</span>}
      </div>
      <div>{whatNext(run)}</div>
    </>
  );
}

const toneOf = ({ state, failed }: BulkResetView) =>
  state === 'completed' && failed === 0 ? 'good' : 'waiting';

function useWhatNext() {
  const { t } = useTranslation();
  return ({ state, total, done, perMinute, failed, reason }: BulkResetView): string => {
    if (state === 'running') {
      return t('bulkReset.goesOn', { count: Math.max(1, Math.ceil((total - done) / perMinute)) });
    }
    if (state === 'paused') return t('bulkReset.pausedWhy');
    // There is one reason for which a run is ended by Latchkey itself.
    if (state === 'cancelled') return t(reason === null ? 'bulkReset.cancelledWhy' : 'bulkReset.lostRight');
    return t(failed > 0 ? 'bulkReset.someFailed' : 'bulkReset.inResetLog');
  };
}
