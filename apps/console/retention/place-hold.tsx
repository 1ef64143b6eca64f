import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogActions } from '../frame/dialog.js';
import { ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { decide, retentionQuery } from './retention-api.js';

const LONGEST_REASON = 300;

/** Quick to place and slow to lift, which is said before. */
export function PlaceHold({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const form = useForm({
    initial: { reason: '' },
    required: ['reason'],
    send: ({ reason }) => decide({ what: 'hold', reason }),
    onDone: (answer) => {
      queryClient.setQueryData(retentionQuery.queryKey, answer);
      onClose();
    },
  });
  return (
    <Dialog onClose={onClose} title={t('hold.place')}>
      <form onSubmit={form.onSubmit} noValidate>
        <Stack gap="md">
          <Text>{t('hold.placeWhy')}</Text>
          <TextInput
            {...form.bind('reason')}
            label={t('hold.reason')}
            description={t('hold.reasonHint')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            maxLength={LONGEST_REASON}
            autoComplete="off"
            data-autofocus
          />
          <ProblemNotice error={form.problem} />
          <DialogActions onClose={onClose}>
            <Button type="submit" loading={form.pending}>
              {t('hold.place')}
            </Button>
          </DialogActions>
        </Stack>
      </form>
    </Dialog>
  );
}
