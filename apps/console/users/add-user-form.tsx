import { Button, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../api/repeats.js';
import { DialogActions } from '../frame/dialog.js';
import { ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { usePractice } from '../practice/practice-api.js';
import { LANGUAGES } from '../words/language.js';
import { RoleBoxes } from './role-boxes.js';
import { addUser } from './users-api.js';

const LANGUAGE_OPTIONS = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }));

/** Adds somebody; the welcome email brings them a temporary password. */
export function AddUserForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const once = useOnce();
  const [roles, setRoles] = useState<string[]>(['staff']);
  const form = useForm({
    initial: { displayName: '', email: '', username: '', locale: usePractice()?.locale ?? 'en' },
    required: ['displayName', 'email', 'username'],
    send: ({ locale, ...values }) => {
      const body = { ...values, roles, locale };
      return once(body, (key) => addUser(body, key));
    },
    onDone: async () => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ['users'] }),
        queryClient.invalidateQueries({ queryKey: ['practice'] }),
      ]);
      onClose();
    },
  });
  return (
    <form onSubmit={form.onSubmit} noValidate>
      <Stack gap="md">
        <Text>{t('addUser.why')}</Text>
        <TextInput
          {...form.bind('displayName')}
          label={t('field.displayName')}
          autoComplete="off"
          data-autofocus
        />
        <TextInput {...form.bind('email')} type="email" label={t('field.email')} autoComplete="off" />
        <TextInput
          {...form.bind('username')}
          label={t('field.username')}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
        <NativeSelect {...form.bind('locale')} label={t('field.language')} data={LANGUAGE_OPTIONS} />
        <RoleBoxes value={roles} onChange={setRoles} error={form.fault('roles')} />
        <ProblemNotice error={form.problem} />
        <DialogActions onClose={onClose}>
          <Button type="submit" loading={form.pending}>
            {t('addUser.action')}
          </Button>
        </DialogActions>
      </Stack>
    </form>
  );
}
