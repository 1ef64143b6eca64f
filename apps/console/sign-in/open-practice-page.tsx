import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../api/client.js';
import { MAILBOX } from '../frame/page-facts.js';
import { PageLink } from '../frame/page-link.js';
import { Plain } from '../frame/plain.js';
import { ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { NewPasswordField } from './new-password-field.js';
import { QuestionFields } from './question-fields.js';

const EMPTY = {
  name: '',
  displayName: '',
  email: '',
  username: '',
  password: '',
  securityQuestionId: '',
  securityAnswer: '',
};

/** Opens a practice. The Practice ID comes by mail only, so that the first sign-in proves the mailbox. */
export function OpenPracticePage() {
  const { t } = useTranslation();
  const [openedFor, setOpenedFor] = useState<string | null>(null);
  return openedFor === null ? (
    <Plain title={t('openPractice.title')} foot={<PageLink to="/sign-in">{t('openPractice.back')}</PageLink>}>
      <OpenPracticeForm onDone={setOpenedFor} />
    </Plain>
  ) : (
    <Plain title={t('openPractice.doneTitle')}>
      <Stack gap="md">
        <Text>{t('openPractice.done', { email: openedFor })}</Text>
        <Text c="dimmed">{t('openPractice.doneNothing')}</Text>
        {MAILBOX && <a href={MAILBOX}>{t('reset.mailbox')}</a>}
        <PageLink to="/sign-in" search={{ done: 'opened' }}>
          {t('openPractice.toSignIn')}
        </PageLink>
      </Stack>
    </Plain>
  );
}

function OpenPracticeForm({ onDone }: { onDone: (email: string) => void }) {
  const { t, i18n } = useTranslation();
  const form = useForm({
    initial: EMPTY,
    required: ['name', 'displayName', 'email', 'username', 'password'],
    send: (values) => call('POST', '/practices', { body: bodyOf(values, i18n.language) }),
    onDone: (_answer, { email }) => onDone(email),
  });
  const { name, displayName, username } = form.values;
  return (
    <form onSubmit={form.onSubmit} noValidate>
      <Stack gap="md">
        <Text>{t('openPractice.why')}</Text>
        <TextInput {...form.bind('name')} label={t('field.practiceName')} autoComplete="organization" />
        <TextInput {...form.bind('displayName')} label={t('field.yourName')} autoComplete="name" />
        <TextInput {...form.bind('email')} type="email" label={t('field.email')} autoComplete="email" />
        <TextInput
          {...form.bind('username')}
          label={t('field.username')}
          description={t('fault.username')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
        />
        <NewPasswordField
          {...form.bind('password')}
          label={t('field.password')}
          names={[name, displayName, username]}
        />
        <QuestionFields
          question={form.bind('securityQuestionId')}
          answer={form.bind('securityAnswer')}
          hint={t('setPassword.questionWhy')}
        />
        <ProblemNotice error={form.problem} />
        <Button type="submit" size="md" loading={form.pending}>
          {t('openPractice.action')}
        </Button>
      </Stack>
    </form>
  );
}

function bodyOf(
  { name, securityQuestionId, securityAnswer, ...administrator }: typeof EMPTY,
  locale: string,
) {
  return {
    name,
    timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    locale,
    administrator: {
      ...administrator,
      ...(securityQuestionId && { securityQuestionId }),
      ...(securityAnswer && { securityAnswer }),
    },
  };
}
