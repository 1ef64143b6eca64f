import { Button, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { DeliveryView } from '#contract';
import { useMay } from '../api/ability.js';
import { useOnce } from '../api/repeats.js';
import { SideSheet } from '../frame/dialog.js';
import { Fact, Facts } from '../frame/facts.js';
import { useMoments } from '../frame/moments.js';
import { Failed, Lines, ProblemNotice } from '../frame/states.js';
import { StepTime } from '../frame/step-time.js';
import classes from '../reset-log/reset-log.module.css';
import { Person } from '../users/person.js';
import { deliveryQuery, retryDelivery } from './deliveries-api.js';
import { DeliveryState, useTemplateWords } from './delivery-state.js';

const MOVING_MILLISECONDS = 2_000;
const MOVING = new Set(['queued', 'sending', 'deferred']);

/** One email with every attempt and what the mail server said. */
export function DeliveryDrawer({
  id,
  onOpen,
  onClose,
}: {
  id: string;
  onOpen: (id: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const query = useQuery({
    ...deliveryQuery(id),
    refetchInterval: ({ state }) => (MOVING.has(state.data?.state ?? '') ? MOVING_MILLISECONDS : false),
  });
  return (
    <SideSheet onClose={onClose} title={t('deliveries.one')}>
      {query.data ? (
        <DeliveryDetail delivery={query.data} onOpen={onOpen} />
      ) : query.error ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Lines count={5} />
      )}
    </SideSheet>
  );
}

function DeliveryDetail({ delivery, onOpen }: { delivery: DeliveryView; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const words = useTemplateWords();
  const moments = useMoments();
  const moving = MOVING.has(delivery.state);
  // What has ended otherwise comes no better a second time: a new reset or welcome helps.
  const mayRetry = useMay()('delivery:retry') && (moving || delivery.state === 'accepted');
  const queryClient = useQueryClient();
  const once = useOnce();
  const retry = useMutation({
    mutationFn: () => once(delivery.id, (key) => retryDelivery(delivery.id, key)),
    onSuccess: async (again) => {
      await queryClient.invalidateQueries({ queryKey: ['deliveries'] });
      onOpen(again.id);
    },
  });
  return (
    <Stack gap="lg">
      <Facts>
        <Fact name={t('deliveries.what')}>{words(delivery.template)}</Fact>
        <Fact name={t('deliveries.to')}>{delivery.userId && <Person id={delivery.userId} />}</Fact>
        <Fact name={t('deliveries.state')}>
          <DeliveryState state={delivery.state} />
        </Fact>
        <Fact name={t('deliveries.when')}>{moments.full(delivery.createdAt)}</Fact>
        <Fact name={t('deliveries.next')}>
          {delivery.nextAttemptAt && moments.full(delivery.nextAttemptAt)}
        </Fact>
      </Facts>
      <div>
        <Title order={2}>{t('deliveries.attempt')}</Title>
        {delivery.attempts.length === 0 && <Text c="dimmed">{t('deliveries.noAttempts')}</Text>}
        <ol className={classes['timeline']}>
          {delivery.attempts.map(({ at, outcome, reply }, index) => (
            <li key={at}>
              <StepTime at={at} before={delivery.attempts[index - 1]?.at} />
              <div>
                <DeliveryState state={outcome} />
                {reply && <code className={classes['reply']}>{reply}</code>}
              </div>
            </li>
          ))}
        </ol>
      </div>
      {mayRetry && (
        <Stack gap="xs" align="flex-start">
          <Button variant="default" loading={retry.isPending} onClick={() => retry.mutate()}>
            {t('deliveries.retry')}
          </Button>
          <Text size="sm" c="dimmed">
            {moving ? t('deliveries.retryNow') : t('deliveries.retryWhy')}
          </Text>
        </Stack>
      )}
      <ProblemNotice error={retry.error} />
    </Stack>
  );
}
