import { Button, Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BulkResetFilter, BulkResetPreviewView } from '#contract';
import { useMay } from '../api/ability.js';
import { useOnce } from '../api/repeats.js';
import { FocusHere } from '../frame/focus-here.js';
import { useZone } from '../frame/moments.js';
import { Failed, Lines, Notice, NotPermitted } from '../frame/states.js';
import { BeforeSending } from './before-sending.js';
import { startBulkReset, underWayQuery } from './bulk-resets-api.js';
import { BulkRun } from './bulk-run.js';
import { ChooseWhom, EVERYBODY_ACTIVE, filterOf } from './choose-whom.js';

interface ResetManyProps {
  /** The run that the address names; none yet before it is begun. */
  id: string | null;
  onOpen: (id: string) => void;
  onClose: () => void;
}

/** Temporary passwords for many: chosen, looked at, sent. The address names the run, so that it is found again. */
export function ResetMany({ id, onOpen, onClose }: ResetManyProps) {
  const may = useMay();
  if (!may('user:reset-password')) return <NotPermitted />;
  if (id === null) return <UnlessUnderWay onOpen={onOpen} onClose={onClose} />;
  return (
    <FocusHere>
      <BulkRun id={id} onClose={onClose} />
    </FocusHere>
  );
}

type BeginProps = Omit<ResetManyProps, 'id'>;

/** A practice has one at a time: who wants another is led to it. */
function UnlessUnderWay({ onOpen, onClose }: BeginProps) {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useQuery(underWayQuery);
  if (isPending) return <Lines count={4} />;
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Begin onOpen={onOpen} onClose={onClose} />;
  const { id, state, done, total } = data;
  return (
    <FocusHere>
      <Stack gap="md">
        <div role="status">
          <Notice tone="waiting" title={t(`bulkReset.underWay.${state === 'paused' ? 'paused' : 'running'}`)}>
            {t('bulkReset.progress', { done, total })} {t('bulkReset.oneAtATime')}
          </Notice>
        </div>
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            {t('action.close')}
          </Button>
          <Button data-autofocus onClick={() => onOpen(id)}>
            {t('bulkReset.seeUnderWay')}
          </Button>
        </div>
      </Stack>
    </FocusHere>
  );
}

function Begin({ onOpen, onClose }: BeginProps) {
  const queryClient = useQueryClient();
  const zone = useZone();
  const [whom, setWhom] = useState(EVERYBODY_ACTIVE);
  const [found, setFound] = useState<BulkResetPreviewView | null>(null);
  const once = useOnce();
  const start = useMutation({
    mutationFn: (filter: BulkResetFilter) => once(filter, (key) => startBulkReset(filter, key)),
    onSuccess: ({ id }) => onOpen(id),
    // Somebody may have begun one meanwhile: then the way to it takes this step's place.
    onError: () => queryClient.invalidateQueries({ queryKey: underWayQuery.queryKey }),
  });
  if (!found) {
    return (
      <FocusHere key="whom">
        <ChooseWhom
          whom={whom}
          onFound={(preview, chosen) => {
            start.reset();
            setWhom(chosen);
            setFound(preview);
          }}
          onClose={onClose}
        />
      </FocusHere>
    );
  }
  return (
    <FocusHere key="found">
      <BeforeSending
        found={found}
        problem={start.error}
        pending={start.isPending}
        onSend={() => start.mutate(filterOf(whom, zone))}
        onBack={() => setFound(null)}
        onClose={onClose}
      />
    </FocusHere>
  );
}
