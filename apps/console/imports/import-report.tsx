import { Button, Checkbox, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserImportDetailView } from '#contract';
import { DialogActions } from '../frame/dialog.js';
import { Notice, ProblemNotice } from '../frame/states.js';
import { FaultyLines } from './faulty-lines.js';

interface ImportReportProps {
  run: UserImportDetailView;
  problem: unknown;
  pending: boolean;
  onAdd: ((welcome: boolean) => void) | null;
  onAgain: () => void;
  onClose: () => void;
}

/** What a check found, with the step that adds them; or what became of it. */
export function ImportReport({ run, problem, pending, onAdd, onAgain, onClose }: ImportReportProps) {
  const { t } = useTranslation();
  const [welcome, setWelcome] = useState(true);
  const title = t(run.dryRun ? 'import.wouldCreate' : 'import.created', { count: run.created });
  const found = (
    <>
      <div role="status">
        <Notice tone={run.failed > 0 ? 'waiting' : 'good'} title={title}>
          {run.skipped > 0 && <div>{t('import.skipped', { count: run.skipped })}</div>}
          {run.failed > 0 && <div>{t('import.failed', { count: run.failed })}</div>}
        </Notice>
      </div>
      <FaultyLines run={run} />
    </>
  );
  if (!run.dryRun || run.created === 0) {
    return (
      <Report found={found}>
        <Button variant="default" onClick={onAgain}>
          {t('import.again')}
        </Button>
        <Button data-autofocus onClick={onClose}>
          {t('action.close')}
        </Button>
      </Report>
    );
  }
  return (
    <Stack gap="md">
      {found}
      {onAdd ? (
        <Checkbox
          label={t('import.welcome')}
          description={t('import.withoutWelcome')}
          checked={welcome}
          onChange={({ currentTarget }) => setWelcome(currentTarget.checked)}
        />
      ) : (
        <Text>{t('import.fileGone')}</Text>
      )}
      <ProblemNotice error={problem} />
      <DialogActions onClose={onClose}>
        {onAdd ? (
          <Button data-autofocus loading={pending} onClick={() => onAdd(welcome)}>
            {t('import.add', { count: run.created })}
          </Button>
        ) : (
          <Button onClick={onAgain}>{t('import.again')}</Button>
        )}
      </DialogActions>
    </Stack>
  );
}

function Report({ found, children }: { found: ReactNode; children: ReactNode }) {
  return (
    <Stack gap="md">
      {found}
      <div className="dialog-actions">{children}</div>
    </Stack>
  );
}
