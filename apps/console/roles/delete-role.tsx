import { Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RoleView } from '#contract';
import { Dialog, DialogActions } from '../frame/dialog.js';
import { ProblemNotice } from '../frame/states.js';
import { deleteRole } from './roles-api.js';

interface DeleteRoleProps {
  role: RoleView;
  onDone: () => Promise<void>;
  onClose: () => void;
}

/** For good, so it is asked once more. */
export function DeleteRole({ role, onDone, onClose }: DeleteRoleProps) {
  const { t } = useTranslation();
  const removal = useMutation({ mutationFn: () => deleteRole(role.key), onSuccess: onDone });
  return (
    <Dialog onClose={onClose} title={t('roles.deleteTitle', { name: role.name })}>
      <Stack gap="md">
        <Text>{t('roles.deleteWhy')}</Text>
        <ProblemNotice error={removal.error} />
        <DialogActions onClose={onClose}>
          <Button color="red" loading={removal.isPending} onClick={() => removal.mutate()}>
            {t('roles.delete')}
          </Button>
        </DialogActions>
      </Stack>
    </Dialog>
  );
}
