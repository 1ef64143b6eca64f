import { Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../frame/dialog.js';

interface CancelTheRestProps {
  left: number;
  pending: boolean;
  onCancel: () => void;
  onClose: () => void;
}

/** For good, so it is asked once more. */
export function CancelTheRest({ left, pending, onCancel, onClose }: CancelTheRestProps) {
  const { t } = useTranslation();
  return (
    <Dialog onClose={onClose} title={t('bulkReset.cancelTitle')}>
      <Stack gap="md">
        <Text>{t('bulkReset.cancelWhy', { count: left })}</Text>
        <div className="dialog-actions">
          <Button variant="default" data-autofocus onClick={onClose}>
            {t('bulkReset.keep')}
          </Button>
          <Button color="red" loading={pending} onClick={onCancel}>
            {t('bulkReset.cancel')}
          </Button>
        </div>
      </Stack>
    </Dialog>
  );
}
