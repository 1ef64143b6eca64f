import { Button, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../api/client.js';
import { useSession } from '../frame/session-context.js';
import { Notice, ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { QuestionFields } from '../sign-in/question-fields.js';
import { SecretField } from '../sign-in/secret-field.js';
import classes from './account.module.css';

const EMPTY = { questionId: '', answer: '', currentPassword: '' };

/** Another question; the present answer is never shown, so nothing is filled in. */
export function OwnQuestionForm() {
  const { t } = useTranslation();
  const { user } = useSession();
  const queryClient = useQueryClient();
  const form = useForm({
    initial: EMPTY,
    required: ['questionId', 'answer', 'currentPassword'],
    forget: ['currentPassword'],
    send: (body) => call<void>('PUT', '/me/security-question', { body }),
    onDone: () => {
      for (const name of Object.keys(EMPTY) as (keyof typeof EMPTY)[]) form.set(name, '');
      return queryClient.invalidateQueries({ queryKey: ['session'] });
    },
  });
  return (
    <form onSubmit={form.onSubmit} noValidate className={classes['form']}>
      <Text>{user.securityQuestion ? t('account.questionSet') : t('setPassword.questionWhy')}</Text>
      <QuestionFields question={form.bind('questionId')} answer={form.bind('answer')} />
      <SecretField
        {...form.bind('currentPassword')}
        label={t('field.currentPassword')}
        autoComplete="current-password"
      />
      <ProblemNotice error={form.problem} ownPassword />
      <div role="status">{form.done && <Notice tone="good" title={t('account.questionDone')} />}</div>
      <div>
        <Button type="submit" loading={form.pending}>
          {t('account.questionAction')}
        </Button>
      </div>
    </form>
  );
}
