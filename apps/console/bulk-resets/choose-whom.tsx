import { Button, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { BulkResetFilter, BulkResetPreviewView } from '#contract';
import { startOfDay } from '../frame/calendar.js';
import { DialogActions } from '../frame/dialog.js';
import { useZone } from '../frame/moments.js';
import { ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { useRoles } from '../users/roles-of.js';
import { previewBulkReset } from './bulk-resets-api.js';

/** What was chosen, as the fields hold it. */
export interface Whom extends Record<string, string> {
  role: string;
  status: string;
  /** A calendar day of the practice. */
  changedBefore: string;
}

export const EVERYBODY_ACTIVE: Whom = { role: '', status: 'active', changedBefore: '' };
const STATUSES = ['active', 'invited'] as const;

interface ChooseWhomProps {
  whom: Whom;
  onFound: (found: BulkResetPreviewView, whom: Whom) => void;
  onClose: () => void;
}

/** The first step: for whom. Nothing is sent before the next one has said to how many. */
export function ChooseWhom({ whom, onFound, onClose }: ChooseWhomProps) {
  const { t } = useTranslation();
  const zone = useZone();
  const roles = useRoles();
  const form = useForm({
    initial: whom,
    send: (values) => previewBulkReset(filterOf(values, zone)),
    onDone: onFound,
  });
  return (
    <form onSubmit={form.onSubmit} noValidate>
      <Stack gap="md">
        <Text>{t('bulkReset.why')}</Text>
        <NativeSelect
          {...form.bind('role')}
          label={t('field.role')}
          data={[
            { value: '', label: t('action.all') },
            ...roles.map(({ key, name }) => ({ value: key, label: name })),
          ]}
          data-autofocus
        />
        <NativeSelect
          {...form.bind('status')}
          label={t('field.state')}
          description={form.values.status === 'invited' ? t('bulkReset.invitedWhy') : undefined}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          data={STATUSES.map((value) => ({ value, label: t(`userStatus.${value}`) }))}
        />
        <TextInput
          {...form.bind('changedBefore')}
          type="date"
          label={t('bulkReset.changedBefore')}
          description={t('bulkReset.changedBeforeWhy')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
        />
        <ProblemNotice error={form.problem} />
        <DialogActions onClose={onClose}>
          <Button type="submit" loading={form.pending}>
            {t('bulkReset.preview')}
          </Button>
        </DialogActions>
      </Stack>
    </form>
  );
}

/** A day begins in the practice's own zone. */
export const filterOf = ({ role, status, changedBefore }: Whom, zone: string): BulkResetFilter => ({
  ...(role && { role }),
  status: status === 'invited' ? 'invited' : 'active',
  ...(changedBefore && { changedBefore: startOfDay(changedBefore, zone) }),
});
