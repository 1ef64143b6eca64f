import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../api/client.js';
import { useSession } from '../frame/session-context.js';
import { Notice, ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { NewPasswordField } from '../sign-in/new-password-field.js';
import { SecretField } from '../sign-in/secret-field.js';
import classes from './account.module.css';

/** Changing the password ends every other session. */
export function OwnPasswordForm() {
  const { t } = useTranslation();
  const { user, practice } = useSession();
  const queryClient = useQueryClient();
  const form = useForm({
    initial: { currentPassword: '', newPassword: '' },
    required: ['currentPassword', 'newPassword'],
    forget: ['currentPassword'],
    send: (body) => call<void>('PUT', '/me/password', { body }),
    onDone: () => {
      form.set('currentPassword', '');
      form.set('newPassword', '');
      return queryClient.invalidateQueries({ queryKey: ['own-sessions'] });
    },
  });
  return (
    <form onSubmit={form.onSubmit} noValidate className={classes['form']}>
      <input hidden readOnly autoComplete="username" value={user.username} />
      <SecretField
        {...form.bind('currentPassword')}
        label={t('field.currentPassword')}
        autoComplete="current-password"
      />
      <NewPasswordField
        {...form.bind('newPassword')}
        label={t('field.newPassword')}
        names={[practice.name, user.username, user.displayName]}
      />
      <ProblemNotice error={form.problem} ownPassword />
      <div role="status">{form.done && <Notice tone="good" title={t('account.passwordDone')} />}</div>
      <div>
        <Button type="submit" loading={form.pending}>
          {t('account.passwordAction')}
        </Button>
      </div>
    </form>
  );
}
