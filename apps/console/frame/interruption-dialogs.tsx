import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { CurrentSessionView } from '#contract';
import { call } from '../api/client.js';
import { currentInterruption, onInterruption, resume } from '../api/interruptions.js';
import { sessionQuery, signIn } from '../api/session.js';
import { temporaryPassword } from '../sign-in/temporary-password.js';
import { Dialog } from './dialog.js';
import { ProblemNotice } from './states.js';
import { useForm } from './use-form.js';

/** Asks over the page, so that it is still there afterwards, with all that was typed into it. */
export function InterruptionDialogs() {
  const kind = useSyncExternalStore(onInterruption, currentInterruption);
  const session = useQueryClient().getQueryData(sessionQuery.queryKey);
  if (!session) return null;
  if (kind === 'sign-in') return <SignInAgain session={session} />;
  if (kind === 'confirm-password') return <ConfirmPassword />;
  return null;
}

function SignInAgain({ session }: { session: CurrentSessionView }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const goOn = async (fresh: CurrentSessionView, password: string) => {
    // The question that waits for this sign-in would bring the lost session's end after the new one's beginning.
    await queryClient.cancelQueries({ queryKey: sessionQuery.queryKey });
    queryClient.setQueryData(sessionQuery.queryKey, fresh);
    if (!fresh.passwordChangeRequired) return resume(true);
    // It works once and is used up now: the page that asks for it next must have it.
    temporaryPassword.keep(password);
    return navigate({ to: '/set-password' });
  };
  const leave = () => {
    queryClient.setQueryData(sessionQuery.queryKey, null);
    resume(false);
    location.assign('/sign-in?done=expired');
  };
  return (
    <Dialog onClose={leave} closeOnClickOutside={false} withCloseButton={false} title={t('again.title')}>
      <PasswordForm
        words={t('again.detail', { name: session.user.displayName, practice: session.practice.name })}
        username={session.user.username}
        action={t('signIn.action')}
        cancel={t('again.leave')}
        onCancel={leave}
        send={(password) =>
          signIn({ practiceId: session.practice.practiceId, username: session.user.username, password })
        }
        onDone={goOn}
      />
    </Dialog>
  );
}

function ConfirmPassword() {
  const { t } = useTranslation();
  return (
    <Dialog onClose={() => resume(false)} title={t('confirm.title')}>
      <PasswordForm
        words={t('confirm.detail')}
        action={t('confirm.action')}
        cancel={t('action.cancel')}
        onCancel={() => resume(false)}
        send={(password) => call<void>('POST', '/sessions/current/reauthentication', { body: { password } })}
        onDone={() => resume(true)}
      />
    </Dialog>
  );
}

interface PasswordFormProps<Answer> {
  words: string;
  /** For password managers, which look for it beside the password. */
  username?: string;
  action: string;
  cancel: string;
  onCancel: () => void;
  send: (password: string) => Promise<Answer>;
  onDone: (answer: Answer, password: string) => void | Promise<void>;
}

function PasswordForm<Answer>(props: PasswordFormProps<Answer>) {
  const { t } = useTranslation();
  const form = useForm({
    initial: { password: '' },
    send: ({ password }) => props.send(password),
    onDone: (answer, { password }) => props.onDone(answer, password),
    required: ['password'],
    forget: ['password'],
  });
  return (
    <form onSubmit={form.onSubmit} noValidate>
      <Stack gap="md">
        <Text>{props.words}</Text>
        {props.username && <input hidden readOnly autoComplete="username" value={props.username} />}
        <TextInput
          {...form.bind('password')}
          type="password"
          label={t('field.password')}
          autoComplete="current-password"
          data-autofocus
        />
        <ProblemNotice error={form.problem} ownPassword />
        <div className="dialog-actions">
          <Button variant="default" onClick={props.onCancel}>
            {props.cancel}
          </Button>
          <Button type="submit" loading={form.pending}>
            {props.action}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
