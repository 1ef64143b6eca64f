import { Button, Checkbox, Stack, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PERMISSION_NAMES, type Permission, type RoleView } from '#contract';
import { useMay } from '../api/ability.js';
import type { Tagged } from '../api/client.js';
import { useOnce } from '../api/repeats.js';
import { DialogActions } from '../frame/dialog.js';
import { Failed, Lines, ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { DeleteRole } from './delete-role.js';
import { createRole, roleQuery, updateRole } from './roles-api.js';

/** Changes a role as it stands now: what somebody else changed meanwhile is not lost. */
export function ChangeRole({ roleKey, onClose }: { roleKey: string; onClose: () => void }) {
  const { data, error, refetch } = useQuery(roleQuery(roleKey));
  if (data) return <RoleForm found={data} onClose={onClose} />;
  return error ? <Failed error={error} onRetry={() => void refetch()} /> : <Lines count={6} />;
}

/** Creates or changes a role of the practice. Nobody grants what they lack: those boxes are absent. */
export function RoleForm({ found, onClose }: { found: Tagged<RoleView> | null; onClose: () => void }) {
  // A later reading would bring a newer tag, under which what these fields say would overwrite it.
  const [read] = useState(found);
  const role = read?.value;
  const { t } = useTranslation();
  const may = useMay();
  const queryClient = useQueryClient();
  const once = useOnce();
  const [permissions, setPermissions] = useState<Permission[]>(role?.permissions ?? ['practice:read']);
  const onDone = async () => {
    await queryClient.invalidateQueries({ queryKey: ['roles'] });
    onClose();
  };
  const form = useForm({
    initial: { name: role?.name ?? '', key: role?.key ?? '' },
    required: role ? ['name'] : ['name', 'key'],
    send: async ({ name, key }) => {
      if (role) await updateRole(role.key, { name, permissions }, read?.etag ?? null);
      else {
        const body = { key, name, permissions };
        await once(body, (onceAs) => createRole(body, onceAs));
      }
    },
    onDone,
  });
  const [deleting, setDeleting] = useState(false);
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
        <ProblemNotice error={form.problem} />
        <DialogActions
          onClose={onClose}
          apart={
            role && (
              <Button variant="outline" color="red" mr="auto" onClick={() => setDeleting(true)}>
                {t('roles.delete')}
              </Button>
            )
          }
        >
          <Button type="submit" loading={form.pending}>
            {t('action.save')}
          </Button>
        </DialogActions>
      </Stack>
      {deleting && role && <DeleteRole role={role} onDone={onDone} onClose={() => setDeleting(false)} />}
    </form>
  );
}
