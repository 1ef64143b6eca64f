import { Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ChangePassword } from '#contract';
import { call } from '../api/client.js';
import { Plain } from '../frame/plain.js';
import { useSession } from '../frame/session-context.js';
import { ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { useLeave } from '../frame/use-leave.js';
import { useSignOut } from '../frame/use-sign-out.js';
import { NewPasswordField } from './new-password-field.js';
import { QuestionFields } from './question-fields.js';
import { SecretField } from './secret-field.js';
import { temporaryPassword } from './temporary-password.js';

const EMPTY = { currentPassword: '', newPassword: '', securityQuestionId: '', securityAnswer: '' };

/** The one thing that a temporary password permits: setting an own one. */
export function SetPasswordPage() {
  const { t } = useTranslation();
  const { user, practice } = useSession();
  const toSignIn = useLeave();
  const known = temporaryPassword.read();
  const who = { practiceId: practice.practiceId, username: user.username };
  const form = useForm({
    initial: { ...EMPTY, currentPassword: known },
    required: ['currentPassword', 'newPassword'],
    send: (values) => call<void>('PUT', '/me/password', { body: bodyOf(values) }),
    onDone: () => toSignIn({ ...who, done: 'password' }),
  });
  const later = useSignOut(who);
  return (
    <Plain title={t('setPassword.title')}>
      <form onSubmit={form.onSubmit} noValidate>
        <Stack gap="lg">
          <Text>{t('setPassword.why', { name: user.displayName })}</Text>
          <input hidden readOnly autoComplete="username" value={user.username} />
          {known === '' && (
            <SecretField
              {...form.bind('currentPassword')}
              label={t('field.temporaryPassword')}
              description={t('setPassword.temporaryAgain')}
              autoComplete="current-password"
            />
          )}
          <NewPasswordField
            {...form.bind('newPassword')}
            label={t('field.newPassword')}
            description={t('setPassword.advice')}
            names={[practice.name, user.username, user.displayName]}
          />
          <QuestionFields
            question={form.bind('securityQuestionId')}
            answer={form.bind('securityAnswer')}
            hint={user.securityQuestion ? t('setPassword.questionKept') : t('setPassword.questionWhy')}
          />
          <ProblemNotice error={form.problem ?? later.error} ownPassword />
          <Button type="submit" size="md" loading={form.pending}>
            {t('setPassword.action')}
          </Button>
          <Button variant="subtle" loading={later.isPending} onClick={() => later.mutate()}>
            {t('setPassword.later')}
          </Button>
        </Stack>
      </form>
    </Plain>
  );
}

/** A question goes with its answer; without either the present one stays. */
function bodyOf({
  currentPassword,
  newPassword,
  securityQuestionId,
  securityAnswer,
}: typeof EMPTY): ChangePassword {
  return {
    currentPassword,
    newPassword,
    ...(securityQuestionId && {
      securityQuestionId: securityQuestionId as NonNullable<ChangePassword['securityQuestionId']>,
    }),
    ...(securityAnswer && { securityAnswer }),
  };
}
