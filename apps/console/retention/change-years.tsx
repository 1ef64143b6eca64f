import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogActions } from '../frame/dialog.js';
import { ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { decide, retentionQuery } from './retention-api.js';

const FEWEST = 6;
const MOST = 100;

/** More years at once; fewer are only asked for here. Which of the two it is, is said while one types. */
export function ChangeYears({ years, onClose }: { years: number; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const form = useForm({
    initial: { years: String(years) },
    required: ['years'],
    check: (values): { years?: string } => (isPossible(values.years) ? {} : { years: t('fault.years') }),
    send: (values) => decide({ what: 'keep', years: Number(values.years) }),
    onDone: (answer) => {
      queryClient.setQueryData(retentionQuery.queryKey, answer);
      onClose();
    },
  });
  const wanted = isPossible(form.values.years) ? Number(form.values.years) : years;
  return (
    <Dialog onClose={onClose} title={t('retention.change')}>
      <form onSubmit={form.onSubmit} noValidate>
        <Stack gap="md">
          <TextInput
            {...form.bind('years')}
            type="number"
            min={FEWEST}
            max={MOST}
            label={t('retention.label')}
            description={t('retention.hint', { fewest: FEWEST, most: MOST })}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            data-autofocus
          />
          <Text role="status">
            {wanted > years && t('retention.more')}
            {wanted < years && t('retention.fewer')}
            {wanted === years && t('retention.same', { count: years })}
          </Text>
          <ProblemNotice error={form.problem} />
          <DialogActions onClose={onClose}>
            <Button type="submit" loading={form.pending} disabled={form.values.years === String(years)}>
              {wanted === years && t('action.save')}
              {wanted < years && t('retention.askFor', { count: wanted })}
              {wanted > years && t('retention.keepFor', { count: wanted })}
            </Button>
          </DialogActions>
        </Stack>
      </form>
    </Dialog>
  );
}

const isPossible = (typed: string): boolean =>
  /^\d+$/.test(typed) && Number(typed) >= FEWEST && Number(typed) <= MOST;
