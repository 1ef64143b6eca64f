import { Button, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { extendSession, sessionQuery, signOut } from '../api/session.js';
import { Dialog } from './dialog.js';
import { useNow } from './moments.js';
import { useLeave } from './use-leave.js';

const WARNED_BEFORE_SECONDS = 120;
const ASKED_BEFORE_SECONDS = 150;

/** Warns before the session ends for want of use, and extends it on request (WCAG 2.2.1). */
export function SessionTimeout({ expiresAt }: { expiresAt: string }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const toSignIn = useLeave();
  const left = Math.max(0, Math.round((Date.parse(expiresAt) - useNow(1_000)) / 1000));
  const asked = useRef<string | null>(null);
  // What was heard last may be old: other pages of this browser keep the same session alive.
  useEffect(() => {
    if (left > ASKED_BEFORE_SECONDS || asked.current === expiresAt) return;
    asked.current = expiresAt;
    void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
  }, [left, expiresAt, queryClient]);
  if (left > WARNED_BEFORE_SECONDS || left === 0) return null;
  const stay = async () => queryClient.setQueryData(sessionQuery.queryKey, await extendSession());
  const leave = async () => {
    await signOut();
    await toSignIn({ done: 'signed-out' });
  };
  return (
    <Dialog onClose={() => void stay()} withCloseButton={false} title={t('timeout.title')}>
      <Stack gap="md">
        <Text>
          {t('timeout.detail', { time: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}` })}
        </Text>
        <div className="dialog-actions">
          <Button variant="default" onClick={() => void leave()}>
            {t('frame.signOut')}
          </Button>
          <Button data-autofocus onClick={() => void stay()}>
            {t('timeout.stay')}
          </Button>
        </div>
      </Stack>
    </Dialog>
  );
}
