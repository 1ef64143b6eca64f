import { Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { BulkResetPreviewView } from '#contract';
import { DialogActions } from '../frame/dialog.js';
import { Empty, Notice, ProblemNotice } from '../frame/states.js';
import classes from './bulk-resets.module.css';

interface BeforeSendingProps {
  found: BulkResetPreviewView;
  problem: unknown;
  pending: boolean;
  onSend: () => void;
  onBack: () => void;
  onClose: () => void;
}

/** The second step: to how many, who is among them, and what each of them will notice. */
export function BeforeSending({ found, problem, pending, onSend, onBack, onClose }: BeforeSendingProps) {
  const { t } = useTranslation();
  const { count, sample } = found;
  if (count === 0) return <Nobody onBack={onBack} onClose={onClose} />;
  return (
    <Stack gap="md">
      <div role="status">
        <Notice tone="waiting" title={t('bulkReset.wouldSend', { count })}>
          {t('bulkReset.noneYet')}
        </Notice>
      </div>
      <ul className={classes['what']}>
        <li>{t('bulkReset.keepsWorking')}</li>
        <li>{t('bulkReset.supersedes')}</li>
        <li>{t('bulkReset.pace')}</li>
        <li>{t('bulkReset.notAmong')}</li>
      </ul>
      <div>
        <Text fw={600}>{t('bulkReset.sample')}</Text>
        <ul className={classes['sample']}>
          {sample.map(({ userId, displayName, username }) => (
            <li key={userId}>
              {displayName} <span className={classes['username']}>{username}</span>
            </li>
          ))}
        </ul>
        {count > sample.length && (
          <Text c="dimmed" size="sm">
            {t('bulkReset.more', { count: count - sample.length })}
          </Text>
        )}
      </div>
      <ProblemNotice error={problem} />
      <DialogActions
        onClose={onClose}
        apart={
          <Button variant="default" onClick={onBack}>
            {t('bulkReset.chooseAgain')}
          </Button>
        }
      >
        <Button loading={pending} onClick={onSend}>
          {t('bulkReset.send', { count })}
        </Button>
      </DialogActions>
    </Stack>
  );
}

function Nobody({ onBack, onClose }: { onBack: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      <div role="status">
        <Empty title={t('users.nobody')}>{t('bulkReset.nobodyWhy')}</Empty>
      </div>
      <DialogActions onClose={onClose}>
        <Button onClick={onBack}>{t('bulkReset.chooseAgain')}</Button>
      </DialogActions>
    </Stack>
  );
}
