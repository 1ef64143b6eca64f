import { Checkbox, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useRoles } from './roles-of.js';

/** The roles that somebody holds, one box each. */
export function RoleBoxes({
  value,
  onChange,
  error,
}: {
  value: string[];
  onChange: (roles: string[]) => void;
  error?: string | undefined;
}) {
  const { t } = useTranslation();
  const roles = useRoles();
  return (
    <Checkbox.Group label={t('field.roles')} value={value} onChange={onChange} error={error}>
      <Stack gap={8} mt={4} mb={error ? 8 : 0}>
        {roles.map(({ key, name }) => (
          <Checkbox key={key} value={key} label={name} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
