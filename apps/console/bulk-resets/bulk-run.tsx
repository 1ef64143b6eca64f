import { Button, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BulkResetView } from '#contract';
import { Failed, Lines, ProblemNotice } from '../frame/states.js';
import { BulkProgress } from './bulk-progress.js';
import { BulkReport } from './bulk-report.js';
import { actOnBulkReset, type BulkAct, bulkResetQuery, useBulkReset } from './bulk-resets-api.js';
import { CancelTheRest } from './cancel-the-rest.js';

/** One run: how far it is, how to hold or end it, and what became of each person. */
export function BulkRun({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, refetch } = useBulkReset(id);
  if (!data) return error ? <Failed error={error} onRetry={() => void refetch()} /> : <Lines count={4} />;
  return (
    <Stack gap="md">
      {/* Kept while nothing new can be read: the right may be gone, or the network. */}
      {error && <ProblemNotice error={error} />}
      <BulkProgress run={data} />
      <Controls run={data} onClose={onClose} />
      <BulkReport run={data} />
    </Stack>
  );
}

function Controls({ run, onClose }: { run: BulkResetView; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [cancelling, setCancelling] = useState(false);
  const mutation = useMutation({
    mutationFn: (act: BulkAct) => actOnBulkReset(run.id, act),
    onSuccess: (answer) => queryClient.setQueryData(bulkResetQuery(run.id).queryKey, answer),
    // Somebody else was quicker: what it is now stands above the refusal.
    onError: () => queryClient.invalidateQueries({ queryKey: bulkResetQuery(run.id).queryKey }),
    onSettled: () => setCancelling(false),
  });
  const { state } = run;
  const underWay = state === 'running' || state === 'paused';
  return (
    <>
      <ProblemNotice error={mutation.error} />
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          {t('action.close')}
        </Button>
        {underWay && (
          <>
            <Button variant="default" onClick={() => setCancelling(true)}>
              {t('bulkReset.cancel')}
            </Button>
            {/* One button, so that the keyboard stays on it. */}
            <Button
              loading={mutation.isPending}
              onClick={() => mutation.mutate(state === 'running' ? 'pause' : 'resume')}
            >
              {t(state === 'running' ? 'bulkReset.pause' : 'bulkReset.resume')}
            </Button>
          </>
        )}
      </div>
      {cancelling && (
        <CancelTheRest
          left={run.total - run.done}
          pending={mutation.isPending}
          onCancel={() => mutation.mutate('cancel')}
          onClose={() => setCancelling(false)}
        />
      )}
    </>
  );
}
