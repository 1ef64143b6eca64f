import { Button, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { UserView } from '#contract';
import { useOnce } from '../api/repeats.js';
import { Dialog, DialogActions } from '../frame/dialog.js';
import { ProblemNotice } from '../frame/states.js';
import { eraseUser, MAILBOX_FULL, sendWelcome, signOutEverywhere, updateUser } from './users-api.js';

export type UserAct = 'welcome' | 'sign-out' | 'deactivate' | 'activate' | 'erase';

const ACTS: Record<UserAct, (id: string, onceAs: string) => Promise<unknown>> = {
  welcome: sendWelcome,
  'sign-out': signOutEverywhere,
  deactivate: (id) => updateUser(id, { status: 'deactivated' }),
  activate: (id) => updateUser(id, { status: 'active' }),
  erase: eraseUser,
};

const GRAVE: ReadonlySet<UserAct> = new Set(['deactivate', 'erase']);

/** Says what will happen to whom, and does it when told. */
export function UserActDialog({ act, user, onClose }: { act: UserAct; user: UserView; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const once = useOnce();
  const mutation = useMutation({
    mutationFn: () => once(act, (key) => ACTS[act](user.id, key)),
    onSuccess: async () => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ['users'] }),
        queryClient.invalidateQueries({ queryKey: ['user', user.id] }),
        queryClient.invalidateQueries({ queryKey: ['practice'] }),
      ]);
      onClose();
    },
  });
  const name = user.displayName;
  return (
    <Dialog onClose={onClose} title={t(`userAct.${act}.title`, { name })}>
      <Stack gap="md">
        <Text>{t(`userAct.${act}.detail`, { name })}</Text>
        <ProblemNotice error={mutation.error} meanings={MAILBOX_FULL} />
        <DialogActions onClose={onClose}>
          <Button
            data-autofocus
            color={GRAVE.has(act) ? 'red' : 'teal'}
            loading={mutation.isPending}
            onClick={() => mutation.mutate()}
          >
            {t(`userAct.${act}.action`)}
          </Button>
        </DialogActions>
      </Stack>
    </Dialog>
  );
}
