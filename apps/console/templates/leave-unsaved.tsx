import { Button, Stack, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogActions } from '../frame/dialog.js';

/** Nothing that was typed is lost by a click beside it. */
export function LeaveUnsaved({ typed }: { typed: boolean }) {
  const { t } = useTranslation();
  const leaving = useBlocker({
    shouldBlockFn: () => typed,
    enableBeforeUnload: () => typed,
    withResolver: true,
  });
  if (leaving.status !== 'blocked') return null;
  return (
    <Dialog onClose={leaving.reset} title={t('templates.leave')}>
      <Stack gap="md">
        <Text>{t('templates.typedIsLost')}</Text>
        <DialogActions onClose={leaving.reset}>
          <Button color="red" data-autofocus onClick={leaving.proceed}>
            {t('templates.leaveAnyway')}
          </Button>
        </DialogActions>
      </Stack>
    </Dialog>
  );
}
