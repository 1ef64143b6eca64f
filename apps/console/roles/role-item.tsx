import { Button, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { BUILT_IN_ROLES, type RoleView } from '#contract';
import { Icon } from '../frame/icons.js';
import classes from './roles.module.css';

/** One role with everything that it permits, in sentences. */
export function RoleItem({ role, onChange }: { role: RoleView; onChange: (() => void) | null }) {
  const { t } = useTranslation();
  const limited = new Set(Object.keys(role.limits ?? {}));
  const builtIn = Object.hasOwn(BUILT_IN_ROLES, role.key);
  const name = builtIn ? t(`role.${role.key}` as 'role.staff') : role.name;
  return (
    <li className={classes['role']}>
      <div className={classes['head']}>
        <Title order={2}>{name}</Title>
        <Text size="sm" c="dimmed">
          {builtIn ? t('roles.builtIn') : role.key}
        </Text>
        {onChange && (
          <Button variant="default" size="xs" onClick={onChange} aria-label={t('roles.change', { name })}>
            {t('roles.changeIt')}
          </Button>
        )}
      </div>
      <ul className={classes['permissions']}>
        {role.permissions.map((permission) => (
          <li key={permission}>
            <Icon name="check" size={15} />
            {t(`permission.${permission}`)}
            {limited.has(permission) && ` (${t('roles.limited')})`}
          </li>
        ))}
      </ul>
    </li>
  );
}
