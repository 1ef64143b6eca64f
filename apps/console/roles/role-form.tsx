import { Button, Checkbox, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PERMISSION_NAMES, type Permission, type RoleView } from '#contract';
import { useMay } from '../api/ability.js';
import { ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { createRole, deleteRole, updateRole } from './roles-api.js';

/** Creates or changes a role of the practice. Nobody grants what they lack: those boxes are absent. */
export function RoleForm({ role, onClose }: { role: RoleView | null; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const queryClient = useQueryClient();
  const [permissions, setPermissions] = useState<Permission[]>(role?.permissions ?? ['practice:read']);
  const onDone = async () => {
    await queryClient.invalidateQueries({ queryKey: ['roles'] });
    onClose();
  };
  const form = useForm({
    initial: { name: role?.name ?? '', key: role?.key ?? '' },
    required: role ? ['name'] : ['name', 'key'],
    send: async ({ name, key }) => {
      if (role) await updateRole(role.key, { name, permissions });
      else await createRole({ key, name, permissions });
    },
    onDone,
  });
  const removal = useMutation({ mutationFn: () => deleteRole(role?.key ?? ''), onSuccess: onDone });
  const grantable = PERMISSION_NAMES.filter((name) => may(name) || permissions.includes(name));
  return (
    <form onSubmit={form.onSubmit} noValidate>
      <Stack gap="md">
        <TextInput {...form.bind('name')} label={t('roles.name')} data-autofocus />
        {!role && (
          <TextInput
            {...form.bind('key')}
            label={t('roles.key')}
            description={t('fault.key')}
            autoCapitalize="none"
            spellCheck={false}
          />
        )}
        <Checkbox.Group
          label={t('roles.permits')}
          value={permissions}
          onChange={setPermissions}
          error={form.fault('permissions')}
        >
          <Stack gap={8} mt={4}>
            {grantable.map((permission) => (
              <Checkbox key={permission} value={permission} label={t(`permission.${permission}`)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <ProblemNotice error={form.problem ?? removal.error} />
        <div className="dialog-actions">
          {role && (
            <Button
              variant="outline"
              color="red"
              mr="auto"
              loading={removal.isPending}
              onClick={() => removal.mutate()}
            >
              {t('roles.delete')}
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={form.pending}>
            {t('action.save')}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
