import { Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogActions } from '../frame/dialog.js';
import { ProblemNotice } from '../frame/states.js';
import { LANGUAGES } from '../words/language.js';
import { removeTemplate, type Wording } from './templates-api.js';

interface RemoveWordingProps {
  wording: Wording;
  basedOn: string | null;
  onDone: () => Promise<void>;
  onClose: () => void;
}

/** The way back to the product’s own words, in one language. */
export function RemoveWording({ wording, basedOn, onDone, onClose }: RemoveWordingProps) {
  const { t } = useTranslation();
  const removal = useMutation({
    mutationFn: () => removeTemplate(wording, basedOn),
    onSuccess: async () => {
      await onDone();
      onClose();
    },
  });
  return (
    <Dialog onClose={onClose} title={t('templates.remove')}>
      <Stack gap="md">
        <Text>{t('templates.removeWhy', { language: LANGUAGES[wording.locale] })}</Text>
        <ProblemNotice error={removal.error} />
        <DialogActions onClose={onClose}>
          <Button data-autofocus color="red" loading={removal.isPending} onClick={() => removal.mutate()}>
            {t('templates.remove')}
          </Button>
        </DialogActions>
      </Stack>
    </Dialog>
  );
}
