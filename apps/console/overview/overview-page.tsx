import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { OverviewView } from '#contract';
import { useMay } from '../api/ability.js';
import { LazyPart } from '../frame/lazy-part.js';
import { PageTitle } from '../frame/page-title.js';
import { Empty, Failed, Lines, NotPermitted } from '../frame/states.js';
import { Advice } from '../practice/advice.js';
import { figuresOf } from './figures.js';
import { overviewQuery } from './overview-api.js';
import { ThreeNumbers } from './three-numbers.js';

/** The charts come after the numbers: their library is the largest that the console has. */
const Charts = lazy(async () => ({ default: (await import('./charts.js')).Charts }));

export function OverviewPage() {
  const { t } = useTranslation();
  const permitted = useMay()('reset-log:read');
  return (
    <>
      <PageTitle>{t('frame.overview')}</PageTitle>
      <Advice />
      {permitted ? <Month /> : <NotPermitted />}
    </>
  );
}

function Month() {
  const query = useQuery(overviewQuery);
  if (query.isPending) return <Lines count={3} height={96} />;
  if (!query.data) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  return <Figures overview={query.data} />;
}

function Figures({ overview }: { overview: OverviewView }) {
  const { t } = useTranslation();
  const figures = figuresOf(overview.days);
  return (
    <Stack gap="xl">
      <ThreeNumbers figures={figures} />
      {figures.total === 0 && <Empty title={t('overview.nothing')}>{t('overview.nothingWhy')}</Empty>}
      <LazyPart>
        <Suspense fallback={<Lines count={2} height={240} />}>
          <Charts overview={overview} figures={figures} />
        </Suspense>
      </LazyPart>
    </Stack>
  );
}
