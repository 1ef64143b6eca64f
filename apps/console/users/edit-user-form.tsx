import { Button, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UpdateUser, UserField, UserView } from '#contract';
import { useMay } from '../api/ability.js';
import type { Tagged } from '../api/client.js';
import { DialogActions } from '../frame/dialog.js';
import { ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { LANGUAGES } from '../words/language.js';
import { RoleBoxes } from './role-boxes.js';
import { updateUser } from './users-api.js';

const LANGUAGE_OPTIONS = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }));

/** Changes somebody, based on what was read: what another administrator changed meanwhile is not lost. */
export function EditUserForm({ user, onClose }: { user: Tagged<UserView>; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const queryClient = useQueryClient();
  const fixed = (field: UserField) => !may('user:update', user.value, field);
  const { displayName, email, locale, username } = user.value;
  const [roles, setRoles] = useState(user.value.roles);
  const form = useForm({
    initial: { displayName, email, locale },
    required: ['displayName', 'email'],
    send: (values) => updateUser(user.value.id, changesOf(user.value, { ...values, roles }), user.etag),
    onDone: async () => {
      await Promise.all(
        ['users', 'user', 'practice', 'session'].map((key) =>
          queryClient.invalidateQueries({ queryKey: [key] }),
        ),
      );
      onClose();
    },
  });
  return (
    <form onSubmit={form.onSubmit} noValidate>
      <Stack gap="md">
        <Text c="dimmed">{t('editUser.who', { username })}</Text>
        <TextInput
          {...form.bind('displayName')}
          disabled={fixed('displayName')}
          label={t('field.displayName')}
          autoComplete="off"
          data-autofocus
        />
        <TextInput
          {...form.bind('email')}
          disabled={fixed('email')}
          type="email"
          label={t('field.email')}
          description={form.values.email === email ? undefined : t('editUser.newAddress')}
          autoComplete="off"
        />
        <NativeSelect
          {...form.bind('locale')}
          disabled={fixed('locale')}
          label={t('field.language')}
          data={LANGUAGE_OPTIONS}
        />
        {!fixed('roles') && <RoleBoxes value={roles} onChange={setRoles} error={form.fault('roles')} />}
        <ProblemNotice error={form.problem} />
        <DialogActions onClose={onClose}>
          <Button type="submit" loading={form.pending}>
            {t('action.save')}
          </Button>
        </DialogActions>
      </Stack>
    </form>
  );
}

/** Only what differs: an unchanged address must not tell its owner of a change. */
function changesOf(
  before: UserView,
  {
    displayName,
    email,
    locale,
    roles,
  }: { displayName: string; email: string; locale: string; roles: string[] },
): UpdateUser {
  const sameRoles = roles.toSorted().join() === before.roles.toSorted().join();
  return {
    ...(displayName !== before.displayName && { displayName }),
    ...(email !== before.email && { email }),
    ...(locale !== before.locale && { locale: locale as UserView['locale'] }),
    ...(!sameRoles && { roles }),
  };
}
