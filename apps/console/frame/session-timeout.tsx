import { Button, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isBusyUnheard } from '../api/attention.js';
import { extendSession, sessionQuery } from '../api/session.js';
import { Dialog } from './dialog.js';
import { useNow } from './moments.js';
import { ProblemNotice } from './states.js';
import { useSignOut } from './use-sign-out.js';

const WARNED_BEFORE_SECONDS = 120;
const ASKED_BEFORE_SECONDS = 150;
const ASKED_AGAIN_MILLISECONDS = 3_000;
const LOOKED_FOR_KEYS_MILLISECONDS = 5_000;

/** Warns before the session ends for want of use, and extends it on request (WCAG 2.2.1). */
export function SessionTimeout({ expiresAt }: { expiresAt: string }) {
  const left = Math.max(0, Math.round((Date.parse(expiresAt) - useNow(1_000)) / 1000));
  /** An end that nothing moves, and that the person has read about. */
  const [known, setKnown] = useState<string | null>(null);
  useBusyExtends();
  useAskedBefore(left, expiresAt);
  useAskedAtTheEnd(left === 0);
  if (left > WARNED_BEFORE_SECONDS || left === 0 || known === expiresAt) return null;
  return <Warning left={left} onKnown={() => setKnown(expiresAt)} />;
}

function Warning({ left, onKnown }: { left: number; onKnown: () => void }) {
  const { t } = useTranslation();
  const stay = useExtend();
  const leave = useSignOut();
  // Extended, and still about to end: it has lasted for as long as the practice lets any session last.
  const isLast = stay.isSuccess;
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  const goOn = isLast ? onKnown : () => stay.mutate();
  return (
    <Dialog
      onClose={goOn}
      withCloseButton={false}
      title={isLast ? t('timeout.lastTitle') : t('timeout.title')}
    >
      <Stack gap="md">
        <Text>{isLast ? t('timeout.last', { time }) : t('timeout.detail', { time })}</Text>
        <ProblemNotice error={leave.error ?? stay.error} />
        <div className="dialog-actions">
          <Button variant="default" loading={leave.isPending} onClick={() => leave.mutate()}>
            {t('frame.signOut')}
          </Button>
          <Button data-autofocus loading={stay.isPending} onClick={goOn}>
            {isLast ? t('timeout.goOn') : t('timeout.stay')}
          </Button>
        </div>
      </Stack>
    </Dialog>
  );
}

function useExtend() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: extendSession,
    onSuccess: (session) => queryClient.setQueryData(sessionQuery.queryKey, session),
  });
}

/** Whoever types for a quarter of an hour uses the session, although nothing is asked of the API meanwhile. */
function useBusyExtends(): void {
  const { mutate } = useExtend();
  useEffect(() => {
    // A failure needs no word: the warning comes in time, and says what fails then.
    const timer = setInterval(() => isBusyUnheard() && mutate(), LOOKED_FOR_KEYS_MILLISECONDS);
    return () => clearInterval(timer);
  }, [mutate]);
}

/** What was heard last may be old: other pages of this browser keep the same session alive. */
function useAskedBefore(left: number, expiresAt: string): void {
  const queryClient = useQueryClient();
  const asked = useRef<string | null>(null);
  useEffect(() => {
    if (left > ASKED_BEFORE_SECONDS || asked.current === expiresAt) return;
    asked.current = expiresAt;
    void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
  }, [left, expiresAt, queryClient]);
}

/** Once it is over the page must not stand open until it next asks by itself: the sign-in comes over it now. */
function useAskedAtTheEnd(over: boolean): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    if (!over) return undefined;
    const ask = () =>
      void queryClient.refetchQueries({ queryKey: sessionQuery.queryKey }, { cancelRefetch: false });
    ask();
    const timer = setInterval(ask, ASKED_AGAIN_MILLISECONDS);
    return () => clearInterval(timer);
  }, [over, queryClient]);
}
