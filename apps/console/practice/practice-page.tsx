import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMay } from '../api/ability.js';
import { Failed, Lines, NotPermitted } from '../frame/states.js';
import { TrailKeeping } from '../retention/trail-keeping.js';
import { Advice } from './advice.js';
import { practiceQuery } from './practice-api.js';
import { PracticeFacts } from './practice-facts.js';
import { PracticeForm } from './practice-form.js';

/** The practice itself: its ID to hand on, its name and zone, and its policy. */
export function PracticePage() {
  const { t } = useTranslation();
  const may = useMay();
  const query = useQuery({ ...practiceQuery, enabled: may('practice:read') });
  if (!may('practice:read')) return <NotPermitted />;
  if (query.isPending) return <Lines count={8} />;
  if (!query.data) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Stack gap="xl" maw="44rem">
      <div>
        <Advice />
        <PracticeFacts practice={query.data.value} />
      </div>
      <PracticeForm practice={query.data} readOnly={!may('practice:update')} title={t('practice.details')} />
      <TrailKeeping />
    </Stack>
  );
}
