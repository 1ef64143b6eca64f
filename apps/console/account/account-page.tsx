import { NativeSelect, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../frame/page-title.js';
import { useSession } from '../frame/session-context.js';
import { useRoles } from '../users/roles-of.js';
import { chooseLanguage, LANGUAGES, type Language } from '../words/language.js';
import classes from './account.module.css';
import { OwnPasswordForm } from './own-password-form.js';
import { OwnQuestionForm } from './own-question-form.js';
import { OwnSessions } from './own-sessions.js';

/** What somebody sees to for themselves. */
export function AccountPage() {
  const { t, i18n } = useTranslation();
  const { user, practice } = useSession();
  const roles = new Map(useRoles().map(({ key, name }) => [key, name]));
  return (
    <>
      <PageTitle>{t('frame.account')}</PageTitle>
      <Stack gap="xl" maw="44rem">
        <dl className={classes['facts']}>
          <dt>{t('field.displayName')}</dt>
          <dd>{user.displayName}</dd>
          <dt>{t('field.username')}</dt>
          <dd>{user.username}</dd>
          <dt>{t('field.email')}</dt>
          <dd>{user.email}</dd>
          <dt>{t('field.practiceId')}</dt>
          <dd>{practice.practiceId}</dd>
          <dt>{t('field.roles')}</dt>
          <dd>{user.roles.map((key) => roles.get(key) ?? key).join(', ')}</dd>
        </dl>
        <Text size="sm" c="dimmed">
          {t('account.fixed')}
        </Text>
        <section className={classes['section']}>
          <Title order={2}>{t('account.password')}</Title>
          <OwnPasswordForm />
        </section>
        <section className={classes['section']}>
          <Title order={2}>{t('field.securityQuestion')}</Title>
          <OwnQuestionForm />
        </section>
        <section className={classes['section']}>
          <Title order={2}>{t('account.sessions')}</Title>
          <OwnSessions />
        </section>
        <section className={classes['section']}>
          <Title order={2}>{t('account.language')}</Title>
          <NativeSelect
            label={t('account.languageHere')}
            maw="16rem"
            value={i18n.language}
            data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
            onChange={({ currentTarget }) => void chooseLanguage(currentTarget.value as Language)}
          />
        </section>
      </Stack>
    </>
  );
}
