import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMay } from '../api/ability.js';
import { Failed, Lines, ProblemNotice } from '../frame/states.js';
import { LegalHold } from './legal-hold.js';
import { retentionQuery, useDecide } from './retention-api.js';
import { YearsKept } from './years-kept.js';

/** For how long the audit trail is kept, and who holds all of it; absent for who may not read the trail. */
export function TrailKeeping() {
  const { t } = useTranslation();
  const may = useMay();
  const permitted = may('audit:read');
  const { data, error, refetch } = useQuery({ ...retentionQuery, enabled: permitted });
  const decision = useDecide();
  if (!permitted) return null;
  return (
    <section aria-labelledby="trail-keeping">
      <Stack gap="md">
        <div>
          <Title order={2} id="trail-keeping">
            {t('retention.title')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('retention.why')}
          </Text>
        </div>
        {!data && !error && <Lines count={3} />}
        {!data && error && <Failed error={error} onRetry={() => void refetch()} />}
        {data && (
          <>
            <YearsKept view={data} readOnly={!may('practice:update')} decision={decision} />
            <LegalHold view={data} readOnly={!may('practice:update')} decision={decision} />
          </>
        )}
        <ProblemNotice error={decision.error} />
      </Stack>
    </section>
  );
}
