import { Button, Stack, Switch, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DEFAULT_POLICY, type UserView } from '#contract';
import { useOnce } from '../api/repeats.js';
import { DialogActions } from '../frame/dialog.js';
import { Fact, Facts } from '../frame/facts.js';
import { useNow, useUntil } from '../frame/moments.js';
import { PageLink } from '../frame/page-link.js';
import { useSession } from '../frame/session-context.js';
import { ProblemNotice } from '../frame/states.js';
import { usePractice } from '../practice/practice-api.js';
import { maskedAddress } from './masked-address.js';
import { MAILBOX_FULL, resetPassword } from './users-api.js';

interface ResetPasswordProps {
  user: UserView;
  onClose: () => void;
  onStarted: (userId: string, resetId: string) => void;
}

/** Who, to which address, until when; and whether the account is locked until then. */
export function ResetPassword({ user, onClose, onStarted }: ResetPasswordProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const once = useOnce();
  const until = useUntil();
  const now = useNow();
  const own = useSession().user.id === user.id;
  const hours = (usePractice()?.policy ?? DEFAULT_POLICY).issuedCredentialHours;
  const [lockNow, setLockNow] = useState(false);
  const mutation = useMutation({
    mutationFn: () => once(lockNow, (key) => resetPassword(user.id, lockNow, key)),
    onSuccess: ({ id }) => {
      onStarted(user.id, id);
      onClose();
      void queryClient.invalidateQueries({ queryKey: ['users'] });
    },
  });
  if (own) return <OwnAccount />;
  if (user.status === 'deactivated')
    return <Text>{t('resetDialog.deactivated', { name: user.displayName })}</Text>;
  return (
    <Stack gap="md">
      <Text>{t('resetDialog.what')}</Text>
      <Facts>
        <Fact name={t('resetDialog.who')}>
          {user.displayName} ({user.username})
        </Fact>
        <Fact name={t('resetDialog.address')}>{maskedAddress(user.email)}</Fact>
        <Fact name={t('resetDialog.until')}>
          {t('resetDialog.untilWhen', {
            count: hours,
            until: until(new Date(now + hours * 3_600_000).toISOString()),
          })}
        </Fact>
      </Facts>
      <Switch
        label={t('resetDialog.lock')}
        description={lockNow ? t('resetDialog.locked') : t('resetDialog.notLocked')}
        checked={lockNow}
        onChange={({ currentTarget }) => setLockNow(currentTarget.checked)}
      />
      {user.temporaryPassword && <Text size="sm">{t('resetDialog.supersedes')}</Text>}
      <ProblemNotice error={mutation.error} meanings={MAILBOX_FULL} />
      <DialogActions onClose={onClose}>
        <Button data-autofocus loading={mutation.isPending} onClick={() => mutation.mutate()}>
          {t('resetDialog.send')}
        </Button>
      </DialogActions>
    </Stack>
  );
}

function OwnAccount() {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      <Text>{t('resetDialog.own')}</Text>
      <PageLink to="/account">{t('resetDialog.toAccount')}</PageLink>
    </Stack>
  );
}
