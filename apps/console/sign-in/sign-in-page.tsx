import { Button, Checkbox, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sessionQuery, signIn } from '../api/session.js';
import { PageLink } from '../frame/page-link.js';
import { Plain } from '../frame/plain.js';
import { Notice, ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { speakAs } from '../words/language.js';
import { NameFields } from './name-fields.js';
import { rememberedPractice, rememberPractice } from './remembered-practice.js';
import { SecretField } from './secret-field.js';
import { temporaryPassword } from './temporary-password.js';

const page = getRouteApi('/sign-in');

/** Three fields and one button. */
export function SignInPage() {
  const { t } = useTranslation();
  const search = page.useSearch();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const [remember, setRemember] = useState(rememberedPractice() !== '');
  const form = useForm({
    initial: {
      practiceId: search.practiceId ?? rememberedPractice(),
      username: search.username ?? '',
      password: '',
    },
    required: ['practiceId', 'username', 'password'],
    forget: ['password'],
    send: signIn,
    onDone: async (session, { password }) => {
      rememberPractice(remember ? session.practice.practiceId : null);
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, session);
      await speakAs(session.user.locale);
      if (session.passwordChangeRequired) {
        temporaryPassword.keep(password);
        return navigate({ to: '/set-password' });
      }
      return search.next ? router.history.push(search.next) : navigate({ to: '/' });
    },
  });
  const { practiceId, username } = form.values;
  return (
    <Plain
      title={t('signIn.title')}
      foot={<PageLink to="/open-practice">{t('signIn.openPractice')}</PageLink>}
    >
      <form onSubmit={form.onSubmit} noValidate>
        <Stack gap="md">
          {search.done && (
            <Notice
              tone={search.done === 'expired' ? 'waiting' : 'good'}
              title={t(`signIn.done.${search.done}`)}
            />
          )}
          <NameFields form={form} />
          <SecretField
            {...form.bind('password')}
            label={t('field.password')}
            autoComplete="current-password"
            beside={
              <PageLink
                to="/reset"
                search={{ practiceId: practiceId || undefined, username: username || undefined }}
              >
                {t('signIn.resetPassword')}
              </PageLink>
            }
          />
          <Checkbox
            label={t('signIn.remember')}
            checked={remember}
            onChange={({ currentTarget }) => setRemember(currentTarget.checked)}
          />
          <ProblemNotice error={form.problem} />
          <Button type="submit" size="md" fullWidth loading={form.pending}>
            {t('signIn.action')}
          </Button>
        </Stack>
      </form>
    </Plain>
  );
}
