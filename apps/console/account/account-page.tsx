import { NativeSelect, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Fact, Facts } from '../frame/facts.js';
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
        <Facts>
          <Fact name={t('field.displayName')}>{user.displayName}</Fact>
          <Fact name={t('field.username')}>{user.username}</Fact>
          <Fact name={t('field.email')}>{user.email}</Fact>
          <Fact name={t('field.practiceId')}>{practice.practiceId}</Fact>
          <Fact name={t('field.roles')}>{user.roles.map((key) => roles.get(key) ?? key).join(', ')}</Fact>
        </Facts>
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
